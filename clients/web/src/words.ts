/** What went wrong, in words that say what to do. Pure. */

import { ApiError, FrameTooLarge, MalformedCommand, Refused, Unreachable } from "@backchannel/client";

const REASONS: Readonly<Record<string, string>> = {
  "not-a-member": "You are no longer in this conversation.",
  "not-found": "This is no longer there.",
  "not-an-admin": "Only admins of the group may do this.",
  "not-the-author": "Only its author may change a message.",
  "not-allowed": "This is not allowed here.",
  blocked: "You cannot write to this person.",
  "too-late": "It is too late to change this message.",
  "too-many-members": "A group has at most 100 members.",
  "already-a-member": "They are in the group already.",
  conflict: "This was sent before with other content.",
  "media-not-ready": "The file is not ready yet. Try again in a moment.",
  "beyond-head": "This is not there yet.",
  empty: "There is nothing in it.",
  "too-long": "It is too long: 4,096 characters at most.",
  "too-many": "Too many at once.",
  "unknown-user": "There is nobody of that name.",
  "rate-limited": "Too much at once. Wait a moment and try again.",
  unavailable: "The server is busy. Try again in a moment.",
  "too-large": "The file is too large.",
  "unsupported-media-type": "Files of this kind cannot be sent.",
  unauthenticated: "You are signed out.",
};

const FILE_REASONS: Readonly<Record<string, string>> = {
  empty: "The file is empty.",
  "size-mismatch": "The file changed while it was sent. Try again.",
  "hash-mismatch": "The file changed while it was sent. Try again.",
  "type-mismatch": "The file is not what its name says.",
  unsupported: "Files of this kind cannot be sent.",
  undecodable: "The file is damaged: it cannot be opened.",
  "too-large": "The file is too large.",
  "too-many-pixels": "The picture has too many pixels.",
  "too-long": "The recording is too long.",
  "took-too-long": "The file is too complicated to be looked through.",
};

/** What may be sent, for who has tried something else. */
export const FILE_KINDS_TEXT = "Pictures, films, sound, PDF, plain text and office documents can be sent.";

/** For a refusal's reason or an error's code. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? `The server says: ${reason}.`;
}

/** Why a file was refused after it had been looked at. */
export function fileReasonText(reason: string | null | undefined): string {
  return FILE_REASONS[reason ?? ""] ?? `The file was refused${reason ? `: ${reason.replaceAll("-", " ")}` : ""}.`;
}

/** For anything that a call may throw. */
export function faultText(fault: unknown): string {
  if (fault instanceof Refused) return reasonText(fault.reason);
  if (fault instanceof FrameTooLarge) return reasonText("too-long");
  if (fault instanceof Unreachable) return "The server cannot be reached. Check your connection and try again.";
  if (fault instanceof ApiError) return fault.code === "invalid" && fault.detail ? invalidText(fault.detail) : reasonText(fault.code);
  if (fault instanceof MalformedCommand) return `The server did not understand: ${fault.message}`;
  return fault instanceof Error ? fault.message : String(fault);
}

function invalidText(detail: string): string {
  return detail.startsWith("content_type") ? `Files of this kind cannot be sent. ${FILE_KINDS_TEXT}` : sentence(detail);
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
