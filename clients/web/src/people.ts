/** Who people are: names and pictures by user id, asked for together when somebody wants to show them. */

import { signal } from "@preact/signals";
import type { Api, User } from "@backchannel/client";

const IDS_MAX = 100; // of one call
const AGAIN_MS = 5_000;

export class People {
  /** Grows whenever somebody became known. */
  readonly version = signal(0);
  private readonly known = new Map<string, User>();
  private readonly wanted = new Set<string>();
  private readonly asked = new Set<string>();
  private isDue = false;

  constructor(private readonly api: Api) {}

  /** The person as far as they are known; they are asked for. */
  of(userId: string): User | null {
    void this.version.value;
    const user = this.known.get(userId);
    if (user === undefined) this.want(userId);
    return user ?? null;
  }

  /** What to call somebody. */
  name(userId: string): string {
    const user = this.of(userId);
    return user === null ? "…" : user.display_name || user.handle || "Somebody who has left";
  }

  /** All whose name is known. */
  all(): User[] {
    void this.version.value;
    return [...this.known.values()];
  }

  /** Somebody's profile, from elsewhere. */
  learn(user: User): void {
    this.known.set(user.user_id, user);
    this.version.value += 1;
  }

  /** Asks anew, for names and pictures change. */
  refresh(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.asked.delete(userId);
      this.want(userId);
    }
  }

  private want(userId: string): void {
    if (this.asked.has(userId) || userId === "") return;
    this.wanted.add(userId);
    if (this.isDue) return;
    this.isDue = true;
    queueMicrotask(() => void this.ask());
  }

  private async ask(): Promise<void> {
    this.isDue = false;
    const userIds = [...this.wanted].slice(0, IDS_MAX);
    for (const userId of userIds) {
      this.wanted.delete(userId);
      this.asked.add(userId);
    }
    if (this.wanted.size > 0) void this.ask();
    try {
      const users = await this.api.users(userIds);
      for (const user of users) this.known.set(user.user_id, user);
      for (const userId of userIds) // erased, perhaps
        if (!this.known.has(userId)) this.known.set(userId, { user_id: userId, handle: null, display_name: null });
      this.version.value += 1;
    } catch {
      setTimeout(() => this.refresh(userIds.filter((userId) => !this.known.has(userId))), AGAIN_MS);
    }
  }
}
