import { effect } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Changes } from "../src/changes.js";

describe("who shows a conversation", () => {
  let pictures: (() => void)[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("requestAnimationFrame", (draw: () => void) => pictures.push(draw));
  });
  afterEach(() => {
    pictures = [];
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  async function picture(): Promise<void> {
    for (const draw of pictures.splice(0)) draw();
    await settled();
  }

  function following(changes: Changes): () => number {
    let told = -1; // the first run is no change
    effect(() => {
      changes.follow("this one");
      told += 1;
    });
    return () => told;
  }

  it("is told at once, and of a flood once for each picture", async () => {
    const changes = new Changes();
    const told = following(changes);
    for (let event = 0; event < 3; event += 1) {
      changes.note("this one");
      await settled();
    }
    expect(told()).toBe(1);
    await picture();
    expect(told()).toBe(2);
    await picture();
    changes.note("this one");
    await settled();
    expect(told()).toBe(3);
  });

  it("is told though nobody sees the page", async () => {
    const changes = new Changes();
    const told = following(changes);
    changes.note("this one");
    await settled();
    changes.note("this one");
    await vi.advanceTimersByTimeAsync(300);
    expect(told()).toBe(2);
  });

  it("is not told of another", async () => {
    const changes = new Changes();
    const told = following(changes);
    changes.note("another");
    await settled();
    expect(told()).toBe(0);
  });
});
