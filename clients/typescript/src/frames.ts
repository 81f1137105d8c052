/** What the server sends over the socket. PROTOCOL, section 2.
 *
 * Fields that this library does not know are ignored, and a `type` that it does not know becomes `UnknownEvent` (where it
 * has a place in a timeline) or `UnknownFrame`: an older client keeps working with a newer server.
 */

import type { TimelineEvent, Timestamp } from "./events.js";
import type { ConversationSummary, Watermark } from "./summaries.js";

/** A member's watermark moved. */
export interface Advanced {
  readonly type: "DeliveredAdvanced" | "ReadAdvanced";
  readonly conversation_id: string;
  readonly user_id: string;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly at: Timestamp;
}

export interface TypingChanged {
  readonly type: "TypingChanged";
  readonly conversation_id: string;
  readonly user_id: string;
  readonly is_typing: boolean;
}

/** Both are null where the person hides it. */
export interface PresenceChanged {
  readonly type: "PresenceChanged";
  readonly user_id: string;
  readonly is_online: boolean | null;
  readonly last_seen_at: Timestamp | null;
}

/** `client_id` is null where the refused frame has none: a receipt, a subscription. */
export interface CommandRefused {
  readonly type: "CommandRefused";
  readonly conversation_id: string | null;
  readonly client_id: string | null;
  readonly command: string;
  readonly reason: string;
  readonly detail: string;
}

export interface Malformed {
  readonly type: "Malformed";
  readonly detail: string;
  readonly client_id: string | null;
}

export interface RateLimited {
  readonly type: "RateLimited";
  readonly retry_after_seconds: number;
  readonly client_id: string | null;
}

export interface Welcome {
  readonly type: "Welcome";
  readonly connection_id: string;
  readonly user_id: string;
  readonly device_id: string;
  readonly epoch: string;
  readonly heartbeat_seconds: number;
  readonly presence_threshold_seconds: number;
  readonly server_time: Timestamp;
}

export interface Snapshot {
  readonly type: "Snapshot";
  readonly conversations: readonly ConversationSummary[];
}

export interface CaughtUp {
  readonly type: "CaughtUp";
  readonly conversation_id: string;
  readonly events: readonly TimelineEvent[];
  readonly watermarks: readonly Watermark[];
  readonly head_seq: number;
}

export interface Synced {
  readonly type: "Synced";
  readonly recovered: boolean;
}

/** A frame of an unknown type, or one that breaks the protocol (`problem` says how). */
export interface UnknownFrame {
  readonly type: "UnknownFrame";
  readonly raw: string;
  readonly problem: string;
}

export type Frame =
  | TimelineEvent
  | Advanced
  | TypingChanged
  | PresenceChanged
  | CommandRefused
  | Malformed
  | RateLimited
  | Welcome
  | Snapshot
  | CaughtUp
  | Synced
  | UnknownFrame;

const NOT_IN_A_TIMELINE: ReadonlySet<string> = new Set<Exclude<Frame, TimelineEvent>["type"]>([
  "DeliveredAdvanced",
  "ReadAdvanced",
  "TypingChanged",
  "PresenceChanged",
  "CommandRefused",
  "Malformed",
  "RateLimited",
  "Welcome",
  "Snapshot",
  "CaughtUp",
  "Synced",
  "UnknownFrame",
]);

export function isTimelineEvent(frame: { readonly type: string; readonly seq?: number }): frame is TimelineEvent {
  return frame.seq !== undefined && !NOT_IN_A_TIMELINE.has(frame.type);
}
