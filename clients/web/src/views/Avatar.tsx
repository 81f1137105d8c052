/** A person's or a group's picture, or the first letters of the name. */

import type { Chat } from "../chat.js";
import { GroupIcon } from "./icons.js";

const HUES = 8;

interface AvatarProps {
  readonly chat: Chat;
  readonly name: string;
  readonly seed: string;
  readonly mediaId?: string | null | undefined;
  readonly isOnline?: boolean;
  readonly isGroup?: boolean;
  readonly size?: "small" | "medium" | "large";
}

export function Avatar({ chat, name, seed, mediaId, isOnline, isGroup, size = "medium" }: AvatarProps) {
  const media = mediaId ? chat.files.of(mediaId) : null;
  const url = media?.thumbnail_url ?? media?.url;
  return (
    <span class={`avatar ${size} hue${hueOf(seed)}`} aria-hidden="true">
      {url ? <img src={url} alt="" /> : isGroup ? <GroupIcon /> : initials(name)}
      {isOnline ? <span class="online-dot" /> : null}
    </span>
  );
}

export function PersonAvatar({ chat, userId, size = "medium" }: { chat: Chat; userId: string; size?: "small" | "medium" | "large" }) {
  const user = chat.people.of(userId);
  const isOnline = chat.presence(userId)?.is_online === true && userId !== chat.userId;
  return <Avatar chat={chat} name={chat.people.name(userId)} seed={userId} mediaId={user?.avatar_media_id} isOnline={isOnline} size={size} />;
}

/** The same for the same person, everywhere. */
export function hueOf(seed: string): number {
  let hash = 0;
  for (const character of seed) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  return words.map((word) => [...word][0] ?? "").join("").toUpperCase();
}
