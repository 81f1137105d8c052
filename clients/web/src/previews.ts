/** What a conversation or a message says, in one line. Everything that others wrote stays text. */

import { type Conversation, type MessageSent, textOf, type TimelineEvent } from "@backchannel/client";
import type { Chat } from "./chat.js";

const LINE_CHARACTERS = 140;

/** The last message of a conversation, or what happened last. */
export function preview(chat: Chat, copy: Conversation): string {
  const last = copy.lastMessage;
  if (last === null) return copy.kind === "group" ? "Group created" : "";
  const isOwn = last.sender_id === chat.userId;
  const who = isOwn ? (last.is_deleted ? "You: " : "") : copy.kind === "group" ? `${chat.people.name(last.sender_id)}: ` : "";
  return who + line(chat, last);
}

/** A message in one line. */
export function line(chat: Chat, message: MessageSent): string {
  if (message.is_deleted) return "Message deleted";
  if (message.body === null) return "Message no longer there";
  const text = (textOf(message) ?? "").replaceAll(/\s+/gu, " ").slice(0, LINE_CHARACTERS);
  if (message.body.kind === "text") return text;
  return text || fileWord(chat, message.body.media_id);
}

function fileWord(chat: Chat, mediaId: string | undefined): string {
  const media = mediaId ? chat.files.of(mediaId) : null;
  if (media === null) return "File";
  if (media.kind === "document") return media.file_name ?? "Document";
  return { image: "Photo", video: "Video", audio: "Audio" }[media.kind];
}

/** What happened to a group, as a sentence. */
export function noticeText(chat: Chat, event: TimelineEvent): string {
  const name = (userId: string | null): string =>
    userId === chat.userId ? "you" : userId === null ? "somebody" : chat.people.name(userId);
  const who = capital(name(event.actor_id));
  switch (event.type) {
    case "GroupCreated":
      return `${who} created the group “${event.name ?? ""}”`;
    case "MembersAdded":
      return `${who} added ${event.member_ids.map(name).join(", ")}`;
    case "MemberRemoved": {
      const left = event.user_id === event.actor_id ? `${who} left` : `${who} removed ${name(event.user_id)}`;
      return event.promoted_user_id === null ? left : `${left}; ${name(event.promoted_user_id)} is admin now`;
    }
    case "RoleChanged":
      return event.role === "admin" ? `${who} made ${name(event.user_id)} an admin` : `${who} took ${name(event.user_id)}’s admin role back`;
    case "GroupSettingsChanged":
      return settingsText(who, event);
    default:
      return `${who} did something that this version cannot show`;
  }
}

function settingsText(who: string, event: Extract<TimelineEvent, { type: "GroupSettingsChanged" }>): string {
  if (event.name !== undefined) return `${who} named the group “${event.name}”`;
  if (event.description !== undefined) return `${who} changed the description`;
  if (event.avatar_media_id !== undefined) return `${who} changed the group’s picture`;
  if (event.who_can_send !== undefined) return `${who} let ${event.who_can_send === "admins" ? "only admins" : "everyone"} write`;
  if (event.who_can_add !== undefined) return `${who} let ${event.who_can_add === "admins" ? "only admins" : "everyone"} add people`;
  return `${who} changed the group’s settings`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
