/** What a device keeps in the browser's database, on a real implementation of it. */

import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { SendMessage } from "../src/commands.js";
import { forgetIndexedDb, indexedDbStore } from "../src/indexed_db.js";
import { Conversation } from "../src/local.js";
import { ROOM } from "./builders.js";

const command = (clientId: string): SendMessage => ({
  type: "SendMessage",
  client_id: clientId,
  conversation_id: ROOM,
  body: { kind: "text", text: clientId },
});
const kept = (clientId: string) => ({ command: command(clientId), firstSent: null });
const names = async (deviceId: string) =>
  (await indexedDbStore(deviceId).outbox.load()).map((one) => one.command.client_id);

describe("the outbox", () => {
  it("outlives the page, in the order in which it was written", async () => {
    const { outbox } = indexedDbStore("order");
    for (const clientId of ["c", "a", "b"]) await outbox.put(clientId, kept(clientId));
    expect(await names("order")).toEqual(["c", "a", "b"]);
  });

  it("keeps the place of what is put again", async () => {
    const { outbox } = indexedDbStore("again");
    for (const clientId of ["a", "b", "a"]) await outbox.put(clientId, kept(clientId));
    expect(await names("again")).toEqual(["a", "b"]);
  });

  it("drops what is answered", async () => {
    const { outbox } = indexedDbStore("answered");
    for (const clientId of ["a", "b"]) await outbox.put(clientId, kept(clientId));
    await outbox.delete("a");
    expect(await names("answered")).toEqual(["b"]);
  });

  it("is one for each device", async () => {
    await indexedDbStore("one").outbox.put("a", kept("a"));
    expect(await names("another")).toEqual([]);
  });

  it("is gone when the device is forgotten", async () => {
    await indexedDbStore("gone").outbox.put("a", kept("a"));
    forgetIndexedDb("gone");
    expect(await names("gone")).toEqual([]);
  });
});

describe("the copies", () => {
  it("come back as they were saved; a Snapshot drops the others", async () => {
    const { copies } = indexedDbStore("copies");
    expect(await copies.load()).toBeNull();
    await copies.save("e", "alice", [new Conversation("one", 3).save(9), new Conversation("two", 4).save(9)], false);
    await copies.save("e", "alice", [new Conversation("two", 5).save(9)], false);
    const cursors = (await copies.load())?.conversations.map((one) => [one.conversationId, one.cursor]);
    expect(cursors).toEqual([["one", 3], ["two", 5]]);
    await copies.save("f", "alice", [new Conversation("three", 1).save(9)], true);
    expect(await copies.load()).toMatchObject({ epoch: "f", userId: "alice", conversations: [{ conversationId: "three" }] });
  });
});
