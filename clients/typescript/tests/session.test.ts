/** What the recorded sessions cannot show: the server's limits, a page that begins anew, and what must never be said. */

import { describe, expect, it } from "vitest";
import type { SendMessage } from "../src/commands.js";
import type { Effect } from "../src/effects.js";
import { FrameTooLarge } from "../src/errors.js";
import { ATTEMPTS_MAX } from "../src/holes.js";
import { EVENTS_MAX } from "../src/saving.js";
import { type SavedCopies, Session } from "../src/session.js";
import { ofCopy } from "../src/state.js";
import { ALICE, caughtUp, connected, message, NOW, ROOM, row, snapshot, synced, welcome } from "./builders.js";

const command = (clientId: string, text = "hello"): SendMessage => ({
  type: "SendMessage",
  client_id: clientId,
  conversation_id: ROOM,
  body: { kind: "text", text },
});
const sent = (effects: readonly Effect[]) => effects.flatMap((one) => (one.effect === "Send" ? [one.frame] : []));
const asked = (effects: readonly Effect[], question: string) => effects.filter((one) => one.effect === question);

describe("commands", () => {
  it("wait until Synced", () => {
    const session = new Session();
    expect(session.submit(command("c1"), NOW).effects).toEqual([]);
    session.hello("ticket");
    const effects = [welcome(), snapshot(row(0)), synced(false)].flatMap((frame) => session.receive(frame, NOW));
    expect(sent(effects)).toContainEqual(command("c1"));
  });

  it("wait together while one is over the limit, and go out in order", () => {
    const session = connected();
    session.submit(command("c1"), NOW);
    session.receive({ type: "RateLimited", client_id: "c1", retry_after_seconds: 2 }, NOW);
    expect(session.submit(command("c2"), NOW).effects).toEqual([]);
    expect(sent(session.wake(NOW + 1))).not.toContainEqual(command("c1"));
    expect(sent(session.wake(NOW + 2)).filter((frame) => frame.type === "SendMessage")).toEqual([command("c1"), command("c2")]);
  });

  it("that are too large are not taken", () => {
    const session = connected();
    expect(() => session.submit(command("c1", "x".repeat(70_000)), NOW)).toThrow(FrameTooLarge);
    expect(session.outbox.size).toBe(0);
  });

  it("are not settled by somebody else's message with the same client_id", () => {
    const session = connected();
    session.submit(command("c1"), NOW);
    session.receive(message(1, { client_id: "c1" }), NOW);
    expect(session.outbox.size).toBe(1);
  });
});

describe("holes", () => {
  it("are given up only after many pages without progress", () => {
    const session = connected();
    let effects = session.receive(message(3), NOW);
    let attempts = 0;
    for (let now = NOW; !effects.some((one) => one.effect === "Announce" && one.event.type === "HoleSkipped"); now += 2) {
      attempts += 1;
      const [question] = asked(effects, "FetchMissing");
      effects = question?.effect === "FetchMissing" ? session.missingReceived(question, [], now) : session.wake(now);
      if (attempts > 100) throw new Error("never given up");
    }
    expect(attempts).toBeGreaterThan(ATTEMPTS_MAX);
    expect(session.conversations.get(ROOM)?.cursor).toBe(3);
  });

  it("that were asked for before a reconnect are stale", () => {
    const session = connected();
    const [question] = asked(session.receive(message(2), NOW), "FetchMissing");
    session.hello("ticket");
    if (question?.effect !== "FetchMissing") throw new Error("not asked");
    expect(session.missingReceived(question, [message(1), message(2)], NOW)).toEqual([]);
  });
});

describe("a page that begins anew", () => {
  const saved = (session: Session): SavedCopies => ({
    epoch: session.epoch,
    userId: session.userId,
    conversations: JSON.parse(JSON.stringify([...session.conversations.values()].map((copy) => copy.save(EVENTS_MAX)))),
  });

  it("goes on from its cursors, with the same state", () => {
    const before = connected();
    for (let seq = 1; seq <= 5; seq += 1) before.receive(message(seq), NOW);
    const after = new Session();
    after.restore([], saved(before));
    expect(after.hello("ticket")).toMatchObject({ epoch: "e", cursors: { [ROOM]: 5 } });
    for (const frame of [welcome(), caughtUp(6, message(6)), synced(true)]) after.receive(frame, NOW);
    before.receive(message(6), NOW);
    expect(ofCopy(after.conversations.get(ROOM)!)).toEqual(ofCopy(before.conversations.get(ROOM)!));
  });

  it("counts the unread that it has not kept", () => {
    const before = connected();
    for (let seq = 1; seq <= EVENTS_MAX + 50; seq += 1) before.receive(message(seq), NOW);
    const after = new Session();
    after.restore([], saved(before));
    expect(after.conversations.get(ROOM)?.unread).toBe(EVENTS_MAX + 50);
    expect(after.conversations.get(ROOM)?.seqs.length).toBe(EVENTS_MAX);
  });

  it("looks for what may be in the log before it sends it again", () => {
    const before = connected();
    before.submit(command("c1"), NOW);
    const kept = before.outbox.takeChanges().flatMap(([, one]) => one ?? []);
    const after = new Session();
    after.restore(kept, null);
    after.hello("ticket");
    const effects = [welcome(), snapshot(row(1)), synced(false)].flatMap((frame) => after.receive(frame, NOW));
    const [question] = asked(effects, "FindOwn");
    expect(sent(effects)).not.toContainEqual(command("c1"));
    if (question?.effect !== "FindOwn") throw new Error("not looked for");
    const own = message(1, { sender_id: ALICE, actor_id: ALICE, client_id: "c1" });
    const found = after.ownReceived(question, [own], false, NOW);
    expect(found.map((one) => one.effect)).toEqual(["Settle", "Announce"]);
    expect(sent(found)).toEqual([]);
  });
});

describe("receipts", () => {
  it("go together within a moment", () => {
    const session = connected();
    expect(sent(session.receive(message(1), NOW))).toContainEqual({ type: "AcknowledgeDelivery", conversation_id: ROOM, seq: 1 });
    expect(sent(session.receive(message(2), NOW + 0.01))).toEqual([]);
    expect(sent(session.receive(message(3), NOW + 0.02))).toEqual([]);
    expect(sent(session.wake(NOW + 0.06))).toEqual([{ type: "AcknowledgeDelivery", conversation_id: ROOM, seq: 3 }]);
  });

  it("are not given for one's own words", () => {
    const effects = connected().receive(message(1, { sender_id: ALICE, actor_id: ALICE }), NOW);
    expect(sent(effects)).toEqual([]);
  });
});
