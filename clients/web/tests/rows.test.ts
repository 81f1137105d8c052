/** What stands in a conversation from top to bottom. */

import { Session } from "@backchannel/client";
import { expect, it } from "vitest";
import { ALICE, BOB, message, NOW, ROOM, row, snapshot, synced, welcome } from "../../typescript/tests/builders.js";
import { Rows } from "../src/rows.js";

function session() {
  const one = new Session();
  one.hello("ticket");
  for (const frame of [welcome(), snapshot(row(0)), synced(false)]) one.receive(frame, NOW);
  return one;
}
const kinds = (rows: readonly { kind: string }[]) => rows.map((one) => one.kind);

it("groups by day, and marks where the unread begin", () => {
  const one = session();
  one.receive(message(1, { sender_id: ALICE }), NOW);
  one.receive(message(2), NOW);
  one.receive(message(3, { at: "2026-01-02T12:00:00.000Z" }), NOW);
  const rows = new Rows(1).of(one.conversations.get(ROOM)!);
  expect(kinds(rows)).toEqual(["day", "message", "unread", "message", "day", "message"]);
});

it("only adds when something new comes, and begins again when older rows come", () => {
  const one = session();
  const rows = new Rows(null);
  const copy = () => one.conversations.get(ROOM)!;
  for (let seq = 1; seq <= 3; seq += 1) one.receive(message(seq), NOW);
  const before = rows.of(copy());
  one.receive(message(4), NOW);
  const after = rows.of(copy());
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length).toBe(before.length + 1);
  expect(rows.of(copy())).toBe(after);
});

it("puts messages together that somebody sent in a row", () => {
  const one = session();
  one.receive(message(1), NOW);
  one.receive(message(2), NOW);
  one.receive(message(3, { sender_id: ALICE }), NOW);
  const rows = new Rows(null).of(one.conversations.get(ROOM)!);
  expect(rows.flatMap((each) => (each.kind === "message" ? [each.continues] : []))).toEqual([false, true, false]);
});

it("shows no row for a change", () => {
  const one = session();
  one.receive(message(1), NOW);
  const place = { conversation_id: ROOM, seq: 2, at: "2026-01-01T12:00:00.000Z", actor_id: BOB, client_id: null };
  one.receive({ type: "MessageDeleted", message_id: "m1", ...place }, NOW);
  expect(kinds(new Rows(null).of(one.conversations.get(ROOM)!))).toEqual(["day", "message"]);
});
