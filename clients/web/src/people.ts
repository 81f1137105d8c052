/** Who people are: names and pictures by user id, asked for together when somebody wants to show them.
 *
 * The browser keeps them with the device, so that they are there before the server is.
 */

import { signal } from "@preact/signals";
import type { Api, User } from "@backchannel/client";

const IDS_MAX = 100; // of one call
const AGAIN_MS = 5_000;
const KEEP_MS = 500;
const KEPT_MAX = 1_000;

export class People {
  /** Grows whenever somebody became known. */
  readonly version = signal(0);
  private readonly known = new Map<string, User>();
  private readonly wanted = new Set<string>();
  private readonly asked = new Set<string>();
  private isDue = false;
  private keeping: ReturnType<typeof setTimeout> | null = null;
  private isClosed = false;

  constructor(
    private readonly api: Api,
    private readonly place: string,
  ) {
    const kept = JSON.parse(localStorage.getItem(place) ?? "[]") as User[];
    for (const user of kept) this.known.set(user.user_id, user);
  }

  /** The person as far as they are known; they are asked for. */
  of(userId: string): User | null {
    void this.version.value;
    this.want(userId);
    return this.known.get(userId) ?? null;
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
    this.changed();
  }

  /** Asks anew, for names and pictures change. */
  refresh(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.asked.delete(userId);
      this.want(userId);
    }
  }

  /** Keeps what is not kept yet, at once: the page may end. */
  save(): void {
    if (this.keeping === null) return;
    clearTimeout(this.keeping);
    this.keeping = null;
    localStorage.setItem(this.place, JSON.stringify([...this.known.values()].slice(-KEPT_MAX)));
  }

  /** Keeps no more: the device may be forgotten next, and names that came late would stay. */
  close(): void {
    this.save();
    this.isClosed = true;
  }

  private changed(): void {
    this.version.value += 1;
    if (this.isClosed) return;
    this.keeping ??= setTimeout(() => this.save(), KEEP_MS);
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
      this.changed();
    } catch {
      setTimeout(() => this.refresh(userIds), AGAIN_MS);
    }
  }
}
