/** Sessions that were recorded from the real system. The Python core replays the same files. */

import { describe, expect, it } from "vitest";
import { decode, decodeEvents, decodeSummary } from "../src/decoding.js";
import type { Effect, FetchConversation, FetchMissing, FindOwn, Question } from "../src/effects.js";
import { isTimelineEvent, type Frame } from "../src/frames.js";
import { Session } from "../src/session.js";
import { ofCopy } from "../src/state.js";
import { tick } from "../src/ticks.js";

type Json = any; // what a file holds; the replay is what proves it
const files = import.meta.glob<Json>("../../sessions/*.json", { eager: true, import: "default" });

describe("recorded sessions", () => {
  it("are there", () => expect(Object.keys(files).length).toBeGreaterThan(5));

  for (const [path, recording] of Object.entries(files)) {
    it(`${path.split("/").at(-1)}: ${recording.about}`, () => {
      const session = new Session();
      recording.steps.forEach((step: Json, number: number) => {
        const effects = perform(session, step).map(effectJson);
        expect(plain(effects), `step ${number}: ${step.do}`).toEqual(plain(step.then ?? []));
      });
      expect(plain(stateOf(session))).toEqual(plain(recording.state));
    });
  }
});

function perform(session: Session, step: Json): Effect[] {
  const asked = step.asked === undefined ? null : question(step.asked);
  switch (step.do) {
    case "hello":
      return [{ effect: "Send", frame: session.hello(step.ticket) }];
    case "disconnected":
      session.disconnected();
      return [];
    case "epoch":
      session.epoch = step.epoch;
      return [];
    case "submit":
      return session.submit(step.command, step.now).effects;
    case "signal":
      return session.signal(step.frame);
    case "read":
      return session.read(step.conversation_id, step.up_to_seq, step.now);
    case "receive":
      return session.receive(decode(JSON.stringify(step.frame)), step.now);
    case "missing_received":
      return session.missingReceived(asked as FetchMissing, decodeEvents(step.events), step.now);
    case "own_received":
      return session.ownReceived(asked as FindOwn, decodeEvents(step.events), step.has_more, step.now);
    case "conversation_received":
      return session.conversationReceived(asked as FetchConversation, decodeSummary(step.summary), step.now);
    case "unanswered":
      session.unanswered(asked as Question, step.now);
      return [];
    case "wake":
      return session.wake(step.now);
    case "subscribe":
      return session.watching.subscribe(step.user_ids);
    case "unsubscribe":
      return session.watching.unsubscribe(step.user_ids);
    default:
      throw new Error(`unknown step: ${step.do}`);
  }
}

function question(asked: Json): Question {
  const { question: effect, conversation_id: conversationId, after, generation } = asked;
  return { effect, conversationId, after, generation };
}

function effectJson(effect: Effect): Json {
  switch (effect.effect) {
    case "Send":
      return { send: effect.frame };
    case "Settle":
      return { settle: effect.key, by: effect.answer.type };
    case "Announce":
      return { tell: isTimelineEvent(effect.event as Frame) ? placeOf(effect.event) : effect.event.type };
    default: {
      const { effect: question, conversationId: conversation_id, ...rest } = effect;
      return { ask: { question, conversation_id, ...rest } };
    }
  }
}

function placeOf(event: Json): string {
  return `${event.type} ${event.seq}`;
}

function stateOf(session: Session): Json {
  const copies = [...session.conversations.values()].sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1));
  const ticks: Record<string, string> = {};
  for (const copy of copies)
    for (const event of copy.history)
      if (event.type === "MessageSent" && event.sender_id === session.userId) ticks[event.message_id] = tick(event, copy);
  const typing = copies.filter((copy) => copy.typing.size > 0);
  return {
    bookmark: session.bookmark,
    conversations: copies.map(ofCopy),
    ticks,
    typing: Object.fromEntries(typing.map((copy) => [copy.conversationId, [...copy.typing].sort()])),
    presences: Object.fromEntries(session.watching.presences),
    pending: session.outbox.all().map((pending) => pending.command.client_id),
  };
}

/** As JSON has it. */
function plain(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}
