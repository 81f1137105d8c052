/** What the session core asks of whoever drives it, and what it tells the application beside frames. */

import type { Command, Hello, Signal } from "./commands.js";
import type { TimelineEvent, Timestamp } from "./events.js";
import type { CommandRefused, Frame, Malformed } from "./frames.js";

/** Send this frame. */
export interface Send {
  readonly effect: "Send";
  readonly frame: Hello | Command | Signal;
}

/** Ask the timeline for what comes after a seq. The answer: `missingReceived` or `unanswered`. */
export interface FetchMissing {
  readonly effect: "FetchMissing";
  readonly conversationId: string;
  readonly after: number;
  readonly generation: number;
}

/** Page one's own messages back, after a place. The answer: `ownReceived` or `unanswered`. */
export interface FindOwn {
  readonly effect: "FindOwn";
  readonly conversationId: string;
  readonly after: number | Timestamp;
  readonly generation: number;
}

/** Ask for a conversation's name and members. The answer: `conversationReceived` or `unanswered`. */
export interface FetchConversation {
  readonly effect: "FetchConversation";
  readonly conversationId: string;
  readonly generation: number;
}

/** A command has its answer. */
export interface Settle {
  readonly effect: "Settle";
  readonly key: number;
  readonly answer: Answer;
}

/** The application should know. */
export interface Announce {
  readonly effect: "Announce";
  readonly event: SessionEvent;
}

/** The local copy knows the conversation's name, kind and members now. */
export interface Described {
  readonly type: "Described";
  readonly conversation_id: string;
}

/** In many attempts the timeline did not show the events between two seqs; the later ones go on. */
export interface HoleSkipped {
  readonly type: "HoleSkipped";
  readonly conversation_id: string;
  readonly after_seq: number;
  readonly before_seq: number;
}

/** After `recovered: false`: one's own message was found in the log, older than the new copy. */
export interface OwnFound {
  readonly type: "OwnFound";
  readonly event: TimelineEvent;
}

/** The socket is gone. `retryAfterSeconds` is null when it will not be opened again by itself. */
export interface Disconnected {
  readonly type: "Disconnected";
  readonly code: number | null;
  readonly reason: string;
  readonly retryAfterSeconds: number | null;
}

export type Answer = TimelineEvent | CommandRefused | Malformed;
export type SessionEvent = Frame | Described | HoleSkipped | OwnFound | Disconnected;
export type Question = FetchMissing | FindOwn | FetchConversation;
export type Effect = Send | Question | Settle | Announce;

export const send = (frame: Send["frame"]): Send => ({ effect: "Send", frame });
export const announce = (event: SessionEvent): Announce => ({ effect: "Announce", event });
