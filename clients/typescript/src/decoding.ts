/** JSON to frames and timeline events, tolerant of what came after this library. Pure. */

import type { TimelineEvent, UnknownEvent } from "./events.js";
import type { Frame } from "./frames.js";
import { either, fields, flag, list, number, optional, orNull, type Shape, ShapeFault, text, time } from "./shapes.js";
import type { ConversationSummary } from "./summaries.js";

const NULL = null;
const body = fields({
  kind: text,
  text: optional(orNull(text)),
  media_id: optional(orNull(text)),
  caption: optional(orNull(text)),
});
const place = {
  type: text,
  conversation_id: text,
  seq: number,
  at: time,
  actor_id: optional(orNull(text), NULL),
  client_id: optional(orNull(text), NULL),
};
const event = (own: Parameters<typeof fields>[0]): Shape => fields({ ...place, ...own });
const anyPlace = event({});
const messageSent = event({
  message_id: text,
  message_number: number,
  sender_id: text,
  body: orNull(body),
  reply_to: optional(orNull(text), NULL),
  mentions: optional(list(text), []),
  sent_at: time,
  member_ids: optional(orNull(list(text)), NULL),
  edited_at: optional(orNull(time), NULL),
  is_deleted: optional(flag, false),
  reactions: optional(list(fields({ user_id: text, emoji: text })), []),
});
const EVENTS: Readonly<Record<string, Shape>> = {
  MessageSent: messageSent,
  MessageEdited: event({ message_id: text, body: orNull(body) }),
  MessageDeleted: event({ message_id: text }),
  ReactionSet: event({ message_id: text, user_id: text, emoji: optional(orNull(text), NULL) }),
  GroupCreated: event({ name: orNull(text), member_ids: list(text) }),
  MembersAdded: event({ member_ids: list(text) }),
  MemberRemoved: event({ user_id: text, promoted_user_id: optional(orNull(text), NULL) }),
  RoleChanged: event({ user_id: text, role: text }),
  GroupSettingsChanged: event({
    name: optional(text),
    description: optional(text),
    avatar_media_id: optional(orNull(text)),
    who_can_send: optional(text),
    who_can_add: optional(text),
  }),
};
const watermark = fields({ user_id: text, delivered_seq: optional(number, 0), read_seq: optional(number, 0) });
const member = fields({
  user_id: text,
  role: optional(orNull(text), NULL),
  joined_seq: optional(orNull(number), NULL),
  delivered_seq: optional(number, 0),
  read_seq: optional(number, 0),
});
const settings = fields({
  description: optional(orNull(text), NULL),
  avatar_media_id: optional(orNull(text), NULL),
  who_can_send: optional(text, "everyone"),
  who_can_add: optional(text, "admins"),
});
const summary = fields({
  conversation_id: text,
  kind: text,
  name: optional(orNull(text), NULL),
  members: optional(orNull(list(either(text, member))), NULL),
  head_seq: number,
  head_message: optional(orNull(messageSent), NULL),
  delivered_seq: optional(number, 0),
  read_seq: optional(number, 0),
  unread: optional(number, 0),
  muted_until: optional(orNull(time), NULL),
  role: optional(orNull(text), NULL),
  settings: optional(orNull(settings), NULL),
});
const advanced = fields({ type: text, conversation_id: text, user_id: text, from_seq: number, to_seq: number, at: time });
const FRAMES: Readonly<Record<string, Shape>> = {
  DeliveredAdvanced: advanced,
  ReadAdvanced: advanced,
  TypingChanged: fields({ type: text, conversation_id: text, user_id: text, is_typing: flag }),
  PresenceChanged: fields({
    type: text,
    user_id: text,
    is_online: optional(orNull(flag), NULL),
    last_seen_at: optional(orNull(time), NULL),
  }),
  CommandRefused: fields({
    type: text,
    conversation_id: optional(orNull(text), NULL),
    client_id: optional(orNull(text), NULL),
    command: text,
    reason: text,
    detail: optional(text, ""),
  }),
  Malformed: fields({ type: text, detail: text, client_id: optional(orNull(text), NULL) }),
  RateLimited: fields({ type: text, retry_after_seconds: number, client_id: optional(orNull(text), NULL) }),
  Welcome: fields({
    type: text,
    connection_id: text,
    user_id: text,
    device_id: text,
    epoch: text,
    heartbeat_seconds: number,
    presence_threshold_seconds: number,
    server_time: time,
  }),
  Snapshot: fields({ type: text, conversations: list(summary) }),
  CaughtUp: fields({
    type: text,
    conversation_id: text,
    events: optional(list(anyEvent), []),
    watermarks: optional(list(watermark), []),
    head_seq: number,
  }),
  Synced: fields({ type: text, recovered: flag }),
};

/** The frame; never throws. */
export function decode(raw: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(raw);
    const shape = FRAMES[typeOf(value)];
    return (shape === undefined ? anyEvent(value, "$") : shape(value, "$")) as Frame;
  } catch (fault) {
    return placed(value) ?? { type: "UnknownFrame", raw, problem: String(fault) };
  }
}

/** Timeline events of a page. Throws ShapeFault for one that has no place in a timeline. */
export function decodeEvents(values: unknown): TimelineEvent[] {
  return list(anyEvent)(values, "events") as TimelineEvent[];
}

/** A row of the conversation list, or one whole conversation. Throws ShapeFault. */
export function decodeSummary(value: unknown): ConversationSummary {
  return summary(value, "conversation") as ConversationSummary;
}

/** One of an unknown type must not spoil the others: it keeps its place. */
function anyEvent(value: unknown, where: string): unknown {
  const shape = EVENTS[typeOf(value)];
  if (shape === undefined) return unknownEvent(value, where);
  try {
    return shape(value, where);
  } catch (fault) {
    if (fault instanceof ShapeFault) return unknownEvent(value, where);
    throw fault;
  }
}

function unknownEvent(value: unknown, where: string): UnknownEvent {
  const known = anyPlace(value, where) as UnknownEvent;
  return { ...known, type: "UnknownEvent", event_type: typeOf(value) };
}

function placed(value: unknown): UnknownEvent | null {
  try {
    return unknownEvent(value, "$");
  } catch {
    return null;
  }
}

function typeOf(value: unknown): string {
  const type = (value as { type?: unknown } | null | undefined)?.type;
  return typeof type === "string" ? type : "";
}
