/** What the client sends over the socket. PROTOCOL, section 2.
 *
 * A `Command` has a `client_id` and is answered by exactly one of: an event, a refusal, Malformed, RateLimited.
 * A `Signal` has none and is not answered.
 */

import { FrameTooLarge } from "./errors.js";
import type { Body, Role, Who } from "./events.js";

export const FRAME_BYTES_MAX = 64 * 1024; // larger frames close the socket with 1009
export const HELLO_BYTES_MAX = 1024 * 1024;

export interface Hello {
  readonly type: "Hello";
  readonly ticket: string;
  readonly epoch: string | null;
  readonly cursors: Readonly<Record<string, number>>;
}

/** To a conversation, or to a user: the direct conversation with them, begun by the first message. */
export interface SendMessage {
  readonly type: "SendMessage";
  readonly client_id: string;
  readonly body: Body;
  readonly conversation_id?: string;
  readonly to_user_id?: string;
  readonly reply_to?: string;
  readonly mentions?: readonly string[];
}

interface ToConversation {
  readonly client_id: string;
  readonly conversation_id: string;
}

export interface EditMessage extends ToConversation {
  readonly type: "EditMessage";
  readonly message_id: string;
  readonly body: Body;
}

export interface DeleteMessage extends ToConversation {
  readonly type: "DeleteMessage";
  readonly message_id: string;
}

export interface SetReaction extends ToConversation {
  readonly type: "SetReaction";
  readonly message_id: string;
  readonly emoji: string | null;
}

export interface CreateGroup {
  readonly type: "CreateGroup";
  readonly client_id: string;
  readonly name: string;
  readonly member_ids: readonly string[];
}

export interface AddMembers extends ToConversation {
  readonly type: "AddMembers";
  readonly member_ids: readonly string[];
}

export interface RemoveMember extends ToConversation {
  readonly type: "RemoveMember";
  readonly user_id: string;
}

export interface LeaveGroup extends ToConversation {
  readonly type: "LeaveGroup";
}

export interface ChangeRole extends ToConversation {
  readonly type: "ChangeRole";
  readonly user_id: string;
  readonly role: Role;
}

/** What a group's settings may be changed to; what is absent stays. */
export interface SettingsChange {
  readonly name?: string;
  readonly description?: string;
  readonly avatar_media_id?: string | null;
  readonly who_can_send?: Who;
  readonly who_can_add?: Who;
}

export interface ChangeGroupSettings extends ToConversation, SettingsChange {
  readonly type: "ChangeGroupSettings";
}

export type Command =
  | SendMessage
  | EditMessage
  | DeleteMessage
  | SetReaction
  | CreateGroup
  | AddMembers
  | RemoveMember
  | LeaveGroup
  | ChangeRole
  | ChangeGroupSettings;

/** A frame that is worth sending only while connected. */
export type Signal =
  | { readonly type: "Heartbeat" }
  | {
      readonly type: "AcknowledgeDelivery" | "AcknowledgeRead";
      readonly conversation_id: string;
      readonly seq: number;
    }
  | { readonly type: "SetTyping"; readonly conversation_id: string; readonly is_typing: boolean }
  | { readonly type: "SubscribePresence" | "UnsubscribePresence"; readonly user_ids: readonly string[] };

const utf8 = new TextEncoder();

/** The frame as it goes over the wire. Throws FrameTooLarge over the protocol's limit. */
export function encode(frame: Hello | Command | Signal): string {
  const raw = JSON.stringify(frame);
  const most = frame.type === "Hello" ? HELLO_BYTES_MAX : FRAME_BYTES_MAX;
  if (raw.length > most || (raw.length * 3 > most && utf8.encode(raw).length > most))
    throw new FrameTooLarge(`${frame.type} of more than ${most} bytes`);
  return raw;
}

/** The conversation that the command names, if it names one. */
export function conversationOf(command: Command): string | null {
  return "conversation_id" in command ? (command.conversation_id ?? null) : null;
}

/** The user to whom the message goes, where it names no conversation. */
export function recipientOf(command: Command): string | null {
  return command.type === "SendMessage" ? (command.to_user_id ?? null) : null;
}
