/** The client: one device's line to the server, kept open, with everything that PROTOCOL promises.
 *
 *     const client = new Client(api);                    // api: a signed-in Api
 *     client.subscribe((event) => …);
 *     client.start();
 *     await client.waitSynced();
 *     const sent = await client.sendText({ to_user_id: bob }, "hello"); // MessageSent, or rejects with Refused
 *
 * Events are frames as they come (timeline events once each and in order of `seq`), Described, HoleSkipped, OwnFound and
 * Disconnected. `client.conversations` is the local copy. Commands sent while offline wait and are sent after Synced.
 */

import type { Api } from "./api.js";
import { Audience, type Listener } from "./audience.js";
import { Backoff } from "./backoff.js";
import type { Command } from "./commands.js";
import { Driver, now } from "./driver.js";
import type { Answer, Effect } from "./effects.js";
import { ConnectionEnded, MalformedCommand, NotConfirmed, Refused } from "./errors.js";
import type { TimelineEvent, Timestamp } from "./events.js";
import type { Frame, PresenceChanged } from "./frames.js";
import { type DeviceStore, memoryStore } from "./keeping.js";
import type { Conversation } from "./local.js";
import type { Pending } from "./outbox.js";
import type { TimelinePage } from "./resources.js";
import { type Bookmark, Session } from "./session.js";
import { Speaking } from "./speaking.js";

const PAGE_EVENTS_MAX = 200;

/** `observer` is called with every frame as it came, before anything is dropped or put into order. `socketUrl` goes
 * straight to a gateway. `bookmark` continues where an earlier client of the device stopped, and a `store` what it had:
 * its outbox and its copies. What arrives is acknowledged as delivered by itself, unless `acknowledgesDelivery` is off. */
export interface ClientOptions {
  readonly bookmark?: Bookmark;
  readonly store?: DeviceStore;
  readonly socketUrl?: string;
  readonly backoff?: Backoff;
  readonly observer?: (frame: Frame) => void;
  readonly acknowledgesDelivery?: boolean;
}

/** A device that stays connected. */
export class Client extends Speaking {
  readonly session: Session;
  private readonly audience = new Audience();
  private readonly driver: Driver;

  constructor(
    readonly api: Api,
    options: ClientOptions = {},
  ) {
    super();
    const { acknowledgesDelivery = true } = options;
    this.session = new Session(options.bookmark ?? null, { acknowledgesDelivery });
    this.driver = new Driver(api, this.session, this.audience, {
      socketUrl: options.socketUrl ?? `${api.baseUrl.replace(/^http/, "ws")}/v1/socket`,
      backoff: options.backoff ?? new Backoff(),
      store: options.store ?? memoryStore(),
      observer: options.observer ?? null,
    });
  }

  /** What an earlier client of this device has kept is here; `start` does it too. */
  load(): Promise<void> {
    return this.driver.load();
  }

  /** Writes at once what waits to be kept: the page may end. */
  save(): void {
    this.driver.save();
  }

  /** Begins to connect, and keeps the connection from then on. */
  start(): void {
    this.driver.start();
  }

  /** Closes the connection for good. */
  close(): void {
    this.driver.close();
  }

  /** Whether the connection stands and everything missed is here. */
  get isSynced(): boolean {
    return this.session.isSynced;
  }

  /** Why the client does not come back, if so. */
  get ended(): ConnectionEnded | null {
    return this.audience.ended;
  }

  /** One's own user id. */
  get userId(): string {
    return this.api.credentials?.user_id ?? this.session.userId;
  }

  /** The cursors, for a later client of the same device. */
  get bookmark(): Bookmark {
    return this.session.bookmark;
  }

  /** The local copies by conversation id. Read only. */
  get conversations(): ReadonlyMap<string, Conversation> {
    return this.session.conversations;
  }

  /** The commands without an answer, in the order in which they were made. */
  get pending(): Pending[] {
    return this.session.outbox.all();
  }

  /** What was heard of those whom one watches, on this connection. Read only. */
  get presences(): ReadonlyMap<string, PresenceChanged> {
    return this.session.watching.presences;
  }

  /** Every event from now on. Before `start` to miss none. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    return this.audience.subscribe(listener);
  }

  /** Resolves once the condition holds, tried after every event. Rejects after the timeout, or with ConnectionEnded. */
  waitUntil(condition: () => boolean, timeoutSeconds = 30): Promise<void> {
    return this.audience.waitUntil(condition, timeoutSeconds);
  }

  /** Resolves once everything missed is here. */
  waitSynced(timeoutSeconds = 30): Promise<void> {
    return this.waitUntil(() => this.isSynced, timeoutSeconds);
  }

  /** Sends a command and gives its event.
   *
   * Rejects with Refused, MalformedCommand, ConnectionEnded, FrameTooLarge; and, if a timeout is given, NotConfirmed:
   * the command stays in the outbox then, and the same command sent again waits for the same answer. */
  async sendCommand(command: Command, timeoutSeconds: number | null = null): Promise<TimelineEvent> {
    if (this.ended !== null) throw this.ended;
    const { key, effects } = this.session.submit(command, now());
    const answering = new Promise<Answer | ConnectionEnded>((resolve) => this.driver.answer(key, resolve));
    this.driver.carryOut(effects);
    return eventOf(await withTimeout(answering, command.client_id, timeoutSeconds), command.client_id);
  }

  /** Tells that a person has seen everything up to a seq, or all that is here; again after a lost connection. */
  markRead(conversationId: string, seq: number | null = null): void {
    this.driver.carryOut(this.session.read(conversationId, seq, now()));
  }

  /** Tells that one types, or no longer does: worth repeating every few seconds, for the server forgets it. */
  setTyping(conversationId: string, isTyping: boolean): void {
    this.driver.carryOut(
      this.session.signal({ type: "SetTyping", conversation_id: conversationId, is_typing: isTyping }),
    );
  }

  /** Asks for people's presence, now and on every later connection. Throws RangeError beyond 500 in all. */
  watch(userIds: Iterable<string>): void {
    this.whileSynced(this.session.watching.subscribe(userIds));
  }

  /** No more of it. */
  unwatch(userIds: Iterable<string>): void {
    this.whileSynced(this.session.watching.unsubscribe(userIds));
  }

  /** The page before the oldest event that is here; it goes into the local copy. */
  async pageBack(conversationId: string, limit = 50): Promise<TimelinePage> {
    const copy = this.session.copyOf(conversationId);
    const page = await this.api.timeline(conversationId, { before: copy.completeFrom, limit });
    this.conversations.get(conversationId)?.remember(page.events, page.hasMore);
    return page;
  }

  /** Fetches name, members and settings into the local copy, where events alone did not tell them. */
  async describe(conversationId: string): Promise<Conversation> {
    const summary = await this.api.conversation(conversationId);
    const copy = this.session.copyOf(conversationId);
    copy.describe(summary);
    return copy;
  }

  /** Fetches into the local copy whatever the events did not bring: the members, and the older timeline. */
  async complete(conversationId: string): Promise<Conversation> {
    if (!this.session.copyOf(conversationId).roster.isComplete) await this.describe(conversationId);
    while (this.session.copyOf(conversationId).completeFrom > 1) await this.pageBack(conversationId, PAGE_EVENTS_MAX);
    return this.session.copyOf(conversationId);
  }

  /** The next page of the conversation list into the local copies. Gives what goes into the next call, or null. */
  async moreConversations(after: string | null): Promise<string | null> {
    const page = await this.api.conversations(after, PAGE_EVENTS_MAX);
    this.session.adopt(page.conversations);
    return page.next;
  }

  /** No notifications from a conversation until then; null: not muted. */
  async mute(conversationId: string, until: Timestamp | null): Promise<void> {
    const mutedUntil = await this.api.mute(conversationId, until);
    const copy = this.conversations.get(conversationId);
    if (copy !== undefined) copy.mutedUntil = mutedUntil;
  }

  /** Cuts the connection and stays away until `goOnline`. */
  goOffline(): void {
    this.driver.goOffline();
  }

  /** Connects again, at once. */
  goOnline(): void {
    this.driver.goOnline();
  }

  private whileSynced(effects: Effect[]): void {
    if (this.isSynced) this.driver.carryOut(effects);
  }
}

function eventOf(answer: Answer | ConnectionEnded, clientId: string): TimelineEvent {
  if (answer instanceof ConnectionEnded) throw answer;
  if (answer.type === "CommandRefused") throw new Refused(answer);
  if (answer.type === "Malformed") throw new MalformedCommand(clientId, answer.detail);
  return answer;
}

function withTimeout<T>(waiting: Promise<T>, clientId: string, seconds: number | null): Promise<T> {
  if (seconds === null) return waiting;
  return new Promise((resolve, reject) => {
    const late = new NotConfirmed(clientId, `no answer in ${seconds} s`);
    const timer = setTimeout(() => reject(late), seconds * 1000);
    void waiting.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
