/** What a person may say, one method each, on top of `sendCommand`: messages, changes to them, groups.
 *
 * All reject like `Client.sendCommand`.
 */

import type { Command, SettingsChange } from "./commands.js";
import { MalformedCommand } from "./errors.js";
import type { Body, MessageSent, Role, TimelineEvent } from "./events.js";

type Kind = TimelineEvent["type"];
type EventOf<K extends Kind> = Extract<TimelineEvent, { type: K }>;

/** To a conversation, or to a user: the direct conversation with them, begun by the first message. */
export type Recipient = { readonly conversation_id: string } | { readonly to_user_id: string };

/** What may go with a message. A `client_id` is made where none is given. */
export interface Extras {
  readonly client_id?: string;
  readonly reply_to?: string;
  readonly mentions?: readonly string[];
}

/** The commands of PROTOCOL, section 2. */
export abstract class Speaking {
  /** Sends a command and gives its event. */
  abstract sendCommand(command: Command, timeoutSeconds?: number): Promise<TimelineEvent>;

  /** Sends a message; gives it with its place. */
  send(recipient: Recipient, body: Body, extras: Extras = {}): Promise<MessageSent> {
    return this.ask("MessageSent", { type: "SendMessage", client_id: newId(), ...recipient, body, ...extras });
  }

  /** Sends a text. */
  sendText(recipient: Recipient, text: string, extras: Extras = {}): Promise<MessageSent> {
    return this.send(recipient, { kind: "text", text }, extras);
  }

  /** Sends a file that is ready, with a caption if there is one. */
  sendMedia(recipient: Recipient, mediaId: string, caption = "", extras: Extras = {}): Promise<MessageSent> {
    return this.send(recipient, { kind: "media", media_id: mediaId, ...(caption ? { caption } : {}) }, extras);
  }

  /** Changes the text of one's own message. */
  edit(message: MessageSent, body: Body): Promise<EventOf<"MessageEdited">> {
    return this.ask("MessageEdited", { type: "EditMessage", ...placeOf(message), body });
  }

  /** Deletes a message for everyone: one's own, or as a group's admin any. */
  delete(message: MessageSent): Promise<EventOf<"MessageDeleted">> {
    return this.ask("MessageDeleted", { type: "DeleteMessage", ...placeOf(message) });
  }

  /** Sets one's reaction to a message; null takes it back. */
  react(message: MessageSent, emoji: string | null): Promise<EventOf<"ReactionSet">> {
    return this.ask("ReactionSet", { type: "SetReaction", ...placeOf(message), emoji });
  }

  /** Makes a group of oneself, as its admin, and others. */
  createGroup(name: string, memberIds: readonly string[]): Promise<EventOf<"GroupCreated">> {
    return this.ask("GroupCreated", { type: "CreateGroup", client_id: newId(), name, member_ids: memberIds });
  }

  /** Adds people to a group. */
  addMembers(conversationId: string, userIds: readonly string[]): Promise<EventOf<"MembersAdded">> {
    return this.ask("MembersAdded", { type: "AddMembers", ...groupOf(conversationId), member_ids: userIds });
  }

  /** Removes somebody else from a group. */
  removeMember(conversationId: string, userId: string): Promise<EventOf<"MemberRemoved">> {
    return this.ask("MemberRemoved", { type: "RemoveMember", ...groupOf(conversationId), user_id: userId });
  }

  /** Leaves a group. */
  leaveGroup(conversationId: string): Promise<EventOf<"MemberRemoved">> {
    return this.ask("MemberRemoved", { type: "LeaveGroup", ...groupOf(conversationId) });
  }

  /** Makes a member an admin, or an admin a member. */
  changeRole(conversationId: string, userId: string, role: Role): Promise<EventOf<"RoleChanged">> {
    return this.ask("RoleChanged", { type: "ChangeRole", ...groupOf(conversationId), user_id: userId, role });
  }

  /** Changes a group's settings; what is absent stays. */
  changeSettings(conversationId: string, change: SettingsChange): Promise<EventOf<"GroupSettingsChanged">> {
    return this.ask("GroupSettingsChanged", { type: "ChangeGroupSettings", ...groupOf(conversationId), ...change });
  }

  private async ask<K extends Kind>(kind: K, command: Command): Promise<EventOf<K>> {
    const event = await this.sendCommand(command);
    if (event.type !== kind) throw new MalformedCommand(command.client_id, `answered by ${event.type}`);
    return event as EventOf<K>;
  }
}

/** A new `client_id`. */
export function newId(): string {
  return crypto.randomUUID();
}

function groupOf(conversationId: string): { client_id: string; conversation_id: string } {
  return { client_id: newId(), conversation_id: conversationId };
}

function placeOf(message: MessageSent): { client_id: string; conversation_id: string; message_id: string } {
  return { ...groupOf(message.conversation_id), message_id: message.message_id };
}
