/** Whose presence is watched. A subscription ends with its socket, so it is renewed on the next. Pure. */

import { type Effect, send } from "./effects.js";
import type { PresenceChanged } from "./frames.js";

export const PEOPLE_MAX = 500; // the protocol's; the server refuses more (`too-many`)

/** The people, and what was heard of them on this connection. */
export class Watching {
  readonly presences = new Map<string, PresenceChanged>();
  private readonly userIds = new Set<string>();

  /** Watches them too. Throws RangeError when they are too many in all. */
  subscribe(userIds: Iterable<string>): Effect[] {
    const fresh = [...new Set(userIds)].filter((userId) => !this.userIds.has(userId));
    if (this.userIds.size + fresh.length > PEOPLE_MAX) throw new RangeError(`at most ${PEOPLE_MAX} people`);
    for (const userId of fresh) this.userIds.add(userId);
    return fresh.length > 0 ? [send({ type: "SubscribePresence", user_ids: fresh })] : [];
  }

  /** Watches them no longer. */
  unsubscribe(userIds: Iterable<string>): Effect[] {
    const known = [...new Set(userIds)].filter((userId) => this.userIds.has(userId));
    for (const userId of known) {
      this.userIds.delete(userId);
      this.presences.delete(userId);
    }
    return known.length > 0 ? [send({ type: "UnsubscribePresence", user_ids: known })] : [];
  }

  /** What the server says of somebody. */
  changed(frame: PresenceChanged): void {
    if (this.userIds.has(frame.user_id)) this.presences.set(frame.user_id, frame);
  }

  /** Subscribes anew. */
  synced(): Effect[] {
    return this.userIds.size > 0 ? [send({ type: "SubscribePresence", user_ids: [...this.userIds] })] : [];
  }

  /** What was heard may be so no longer. */
  disconnected(): void {
    this.presences.clear();
  }
}
