/** What a device keeps beyond the life of a page: its outbox and its copies. Interfaces, and one that forgets. */

import type { SavedConversation } from "./local.js";
import type { Kept } from "./outbox.js";
import type { SavedCopies } from "./session.js";

/** Commands without an answer, by name, in the order in which they were first put. */
export interface OutboxStore {
  load(): Promise<Kept[]>;
  put(name: string, kept: Kept): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Copies of conversations, each with its own cursor: one that is older than it could be is caught up with. */
export interface CopiesStore {
  load(): Promise<SavedCopies | null>;
  /** Puts these; `isWhole`: all others are dropped. */
  save(epoch: string | null, userId: string, changed: readonly SavedConversation[], isWhole: boolean): Promise<void>;
}

export type DeviceStore = { readonly outbox: OutboxStore; readonly copies: CopiesStore };

/** Forgotten with the page. */
export class MemoryOutbox implements OutboxStore {
  private readonly kept = new Map<string, Kept>();

  async load(): Promise<Kept[]> {
    return [...this.kept.values()];
  }

  async put(name: string, kept: Kept): Promise<void> {
    this.kept.set(name, kept);
  }

  async delete(name: string): Promise<void> {
    this.kept.delete(name);
  }
}

/** Keeps none: each page begins with a Snapshot. */
export class NoCopies implements CopiesStore {
  async load(): Promise<null> {
    return null;
  }

  async save(): Promise<void> {}
}

export function memoryStore(): DeviceStore {
  return { outbox: new MemoryOutbox(), copies: new NoCopies() };
}
