/** Conversations as the list shows them, over the socket and over HTTP. PROTOCOL, sections 1 and 2. */

import type { MessageSent, Timestamp } from "./events.js";

/** How far a member has come. */
export interface Watermark {
  readonly user_id: string;
  readonly delivered_seq: number;
  readonly read_seq: number;
}

/** What a group's admins have set beside its name. */
export interface Settings {
  readonly description: string | null;
  readonly avatar_media_id: string | null;
  readonly who_can_send: string;
  readonly who_can_add: string;
}

export const DEFAULT_SETTINGS: Settings = {
  description: null,
  avatar_media_id: null,
  who_can_send: "everyone",
  who_can_add: "admins",
};

export interface Member extends Watermark {
  readonly role: string | null;
  readonly joined_seq: number | null;
}

/** A row of the conversation list, or one conversation with all members and, of a group, its settings. `role` is null
 * where one has left. */
export interface ConversationSummary {
  readonly conversation_id: string;
  readonly kind: string;
  readonly name: string | null;
  readonly members: readonly (Member | string)[] | null;
  readonly head_seq: number;
  readonly head_message: MessageSent | null;
  readonly delivered_seq: number;
  readonly read_seq: number;
  readonly unread: number;
  readonly muted_until: Timestamp | null;
  readonly role: string | null;
  readonly settings: Settings | null;
}
