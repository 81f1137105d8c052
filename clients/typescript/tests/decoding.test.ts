/** Bytes that this library does not know, or that break the protocol, harm nothing. */

import { describe, expect, it } from "vitest";
import { decode, decodeEvents } from "../src/decoding.js";
import { AT, message, ROOM } from "./builders.js";

const place = { conversation_id: ROOM, seq: 7, at: AT };

describe("decode", () => {
  it.each(["", "{", "null", "[]", "7", '"Synced"', "{}", '{"type":"Synced"}', '{"type":"Message\\u0000"}'])("takes %j", (raw) =>
    expect(decode(raw).type).toBe("UnknownFrame"),
  );

  it("keeps the place of an event of an unknown type", () => {
    const frame = decode(JSON.stringify({ type: "PollOpened", ...place, question: "?" }));
    expect(frame).toEqual({ type: "UnknownEvent", event_type: "PollOpened", actor_id: null, client_id: null, ...place });
  });

  it("keeps the place of an event that is broken", () =>
    expect(decode(JSON.stringify({ type: "MessageSent", ...place })).type).toBe("UnknownEvent"));

  it("leaves out what it does not know", () => {
    const frame = decode(JSON.stringify({ ...message(7), shiny: true }));
    expect(frame).toEqual(message(7));
  });

  it("lets one broken event spoil no other", () => {
    const types = decodeEvents([message(1), { type: "MessageSent", ...place }, message(8)]).map((event) => event.type);
    expect(types).toEqual(["MessageSent", "UnknownEvent", "MessageSent"]);
  });

  it("refuses an event without a place", () => expect(() => decodeEvents([{ type: "MessageSent" }])).toThrow("missing"));
});
