/** Frames of the tests, each with what it needs and no more. */

import type { MessageSent } from "../src/events.js";
import type { CaughtUp, Snapshot, Synced, Welcome } from "../src/frames.js";
import { Session } from "../src/session.js";
import type { ConversationSummary } from "../src/summaries.js";

export const ALICE = "alice";
export const BOB = "bob";
export const ROOM = "room";
export const AT = "2026-01-01T12:00:00.000Z";
export const NOW = 1000;

export function message(seq: number, changes: Partial<MessageSent> = {}): MessageSent {
  return {
    type: "MessageSent",
    conversation_id: ROOM,
    seq,
    at: AT,
    actor_id: changes.sender_id ?? BOB,
    client_id: null,
    message_id: `m${seq}`,
    message_number: seq,
    sender_id: BOB,
    body: { kind: "text", text: `message ${seq}` },
    reply_to: null,
    mentions: [],
    sent_at: AT,
    member_ids: seq === 1 ? [ALICE, BOB] : null,
    edited_at: null,
    is_deleted: false,
    reactions: [],
    ...changes,
  };
}

export function row(headSeq: number, changes: Partial<ConversationSummary> = {}): ConversationSummary {
  return {
    conversation_id: ROOM,
    kind: "direct",
    name: null,
    members: [ALICE, BOB],
    head_seq: headSeq,
    head_message: headSeq > 0 ? message(headSeq) : null,
    delivered_seq: headSeq,
    read_seq: headSeq,
    unread: 0,
    muted_until: null,
    role: "member",
    settings: null,
    ...changes,
  };
}

export const welcome = (epoch = "e"): Welcome => ({
  type: "Welcome",
  connection_id: "c",
  user_id: ALICE,
  device_id: "d",
  epoch,
  heartbeat_seconds: 1,
  presence_threshold_seconds: 3,
  server_time: AT,
});
export const snapshot = (...conversations: ConversationSummary[]): Snapshot => ({ type: "Snapshot", conversations });
export const synced = (recovered: boolean): Synced => ({ type: "Synced", recovered });
export const caughtUp = (headSeq: number, ...events: MessageSent[]): CaughtUp => ({
  type: "CaughtUp",
  conversation_id: ROOM,
  events,
  watermarks: [],
  head_seq: headSeq,
});

/** A session that is synced, with one conversation up to a head. */
export function connected(headSeq = 0): Session {
  const session = new Session();
  session.hello("ticket");
  for (const frame of [welcome(), snapshot(row(headSeq)), synced(false)]) session.receive(frame, NOW);
  return session;
}
