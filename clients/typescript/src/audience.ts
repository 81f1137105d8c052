/** Events for the application: listeners, and a way to wait until something is so. */

import type { SessionEvent } from "./effects.js";
import { ConnectionEnded } from "./errors.js";

export type Listener = (event: SessionEvent) => void;

/** All who listen and all who wait for a change. */
export class Audience {
  ended: ConnectionEnded | null = null;
  private readonly listeners = new Set<Listener>();

  /** Every event from now on, in order. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Gives an event to all. */
  tell(event: SessionEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Resolves once the condition holds, tried after every event. Rejects with ConnectionEnded if it never will. */
  waitUntil(condition: () => boolean, timeoutSeconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (condition()) resolve();
        else if (this.ended !== null) reject(this.ended);
        else return;
        clearTimeout(timer);
        forget();
      };
      const forget = this.subscribe(settle);
      const timer = setTimeout(() => {
        forget();
        reject(new Error(`not so within ${timeoutSeconds} s`));
      }, timeoutSeconds * 1000);
      settle();
    });
  }
}
