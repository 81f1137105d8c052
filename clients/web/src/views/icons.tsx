/** The page's own few pictures. */

import type { ComponentChildren } from "preact";

function Icon({ children, size = 20 }: { children: ComponentChildren; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const PlusIcon = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;
export const BackIcon = () => <Icon><path d="M15 18l-6-6 6-6" /></Icon>;
export const CloseIcon = () => <Icon><path d="M18 6L6 18M6 6l12 12" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="11" cy="11" r="7" /><path d="M20 20l-4-4" /></Icon>;
export const MoreIcon = () => <Icon><circle cx="12" cy="5" r="1" /><circle cx="12" cy="12" r="1" /><circle cx="12" cy="19" r="1" /></Icon>;
export const SendIcon = () => <Icon><path d="M5 12l15-7-6 15-3-6z" /></Icon>;
export const AttachIcon = () => <Icon><path d="M20 11.500l-8.200 8.200a5 5 0 0 1-7-7L13 4.500a3.300 3.300 0 0 1 4.700 4.700l-8.200 8.200a1.700 1.700 0 0 1-2.400-2.400l7.600-7.500" /></Icon>;
export const FileIcon = () => <Icon><path d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z" /><path d="M14 3v5h5" /></Icon>;
export const UpIcon = () => <Icon><path d="M6 15l6-6 6 6" /></Icon>;
export const DownIcon = () => <Icon><path d="M6 9l6 6 6-6" /></Icon>;
export const MuteIcon = () => <Icon size={16}><path d="M11 5L6 9H3v6h3l5 4zM22 9l-6 6M16 9l6 6" /></Icon>;
export const SmileIcon = () => <Icon><circle cx="12" cy="12" r="9" /><path d="M8.500 14.500a4.500 4.500 0 0 0 7 0M9 9.500h.01M15 9.500h.01" /></Icon>;
export const ReplyIcon = () => <Icon><path d="M10 8L5 12.500l5 4.500M5 12.500h9a5 5 0 0 1 5 5V19" /></Icon>;
export const GroupIcon = () => <Icon size={26}><circle cx="9" cy="9" r="3.500" /><path d="M2.500 19.500a6.500 6.500 0 0 1 13 0M16 5.800a3.500 3.500 0 0 1 0 6.400M18 14.200a6.500 6.500 0 0 1 3.500 5.300" /></Icon>;
export const ClockIcon = () => <Icon size={14}><circle cx="12" cy="12" r="9" /><path d="M12 7v5l3 2" /></Icon>;
export const WarnIcon = () => <Icon size={16}><path d="M12 4l9 16H3zM12 10v4M12 17h.01" /></Icon>;
