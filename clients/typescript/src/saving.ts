/** Saves the copies that have changed, a moment after they did: many changes cost one write. */

import type { SessionEvent } from "./effects.js";
import type { CopiesStore } from "./keeping.js";
import type { Session } from "./session.js";

export const EVENTS_MAX = 100; // of each conversation: what a page shows before it can ask
const WAIT_MS = 400;

export class Saving {
  private readonly dirty = new Set<string>();
  private isWhole = false;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly session: Session,
    private readonly store: CopiesStore,
  ) {}

  /** Something has happened. */
  see(event: SessionEvent): void {
    if (event.type === "TypingChanged") return; // nothing of it is kept
    if (event.type === "Snapshot") this.isWhole = true;
    if ("conversation_id" in event && event.conversation_id !== null) this.dirty.add(event.conversation_id);
    else if (event.type !== "Snapshot") return;
    this.timer ??= setTimeout(() => this.flush(), WAIT_MS);
  }

  /** Writes what waits, at once: the page may end. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { conversations, epoch, userId } = this.session;
    const names = this.isWhole ? [...conversations.keys()] : [...this.dirty];
    const changed = names.flatMap((name) => conversations.get(name)?.save(EVENTS_MAX) ?? []);
    const isWhole = this.isWhole;
    this.dirty.clear();
    this.isWhole = false;
    // Without the copy the next page begins with a Snapshot, or catches up with more: nothing to stop for.
    if (changed.length > 0 || isWhole)
      void this.store.save(epoch, userId, changed, isWhole).catch(() => undefined);
  }
}
