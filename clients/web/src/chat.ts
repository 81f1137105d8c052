/** One signed-in device on this page: its client, what is open, what waits and what failed. The views show it. */

import { batch, signal, type Signal } from "@preact/signals";
import {
  Api,
  Client,
  type Command,
  type CommandRefused,
  ConnectionEnded,
  type Conversation,
  indexedDbStore,
  type MessageSent,
  newId,
  type Pending,
  type PresenceChanged,
  type Recipient,
  type SendMessage,
  type SessionEvent,
  Unreachable,
  type User,
} from "@backchannel/client";
import { DeviceCredentials, peopleOf, type Remembered } from "./devices.js";
import { Files } from "./files.js";
import { People } from "./people.js";
import { Uploads } from "./uploads.js";
import { faultText, reasonText } from "./words.js";

/** How the line to the server is. `ended` will not come back by itself. */
export type Line =
  | { readonly state: "connecting" }
  | { readonly state: "synced" }
  | { readonly state: "waiting"; readonly retryAt: number }
  | { readonly state: "offline" }
  | { readonly state: "ended"; readonly ended: ConnectionEnded };

/** What is open: a conversation, or a person with whom there is none yet. */
export type Opened = { readonly conversationId: string } | { readonly userId: string };

/** A message of one's own that the server has refused. */
export interface Failed {
  readonly command: SendMessage;
  readonly why: string;
}

const TYPING_AGAIN_MS = 3_000;
const NOTE_MS = 6_000;
const PAGE_EVENTS = 100;
const WATCHED_MAX = 400; // of 500: the rest is for who is opened

export class Chat {
  /** Of this object among others: the views of one are never those of the next. */
  readonly key = newId();
  readonly api: Api;
  readonly client: Client;
  readonly people: People;
  readonly files: Files;
  readonly uploads: Uploads;
  readonly line = signal<Line>({ state: "connecting" });
  readonly opened = signal<Opened | null>(null);
  readonly failed = signal<readonly Failed[]>([]);
  /** Said once, at the edge of the page. */
  readonly note = signal("");
  /** Grows whenever anything in the list may have changed. */
  readonly listVersion = signal(0);
  /** Others' words as they come, for who listens instead of looking. */
  readonly heard = signal("");
  readonly isListed = signal(false);
  private readonly presenceVersion = signal(0);
  private readonly versions = new Map<string, Signal<number>>();
  private readonly dirty = new Set<string>();
  private readonly loading = new Set<string>();
  private readonly waiting = new Map<string, Command>(); // by client_id: what a refusal will speak of
  private isBumping = false;
  private noteTimer: ReturnType<typeof setTimeout> | null = null;
  private typingSentAt = 0;
  private readonly cleanups: (() => void)[] = [];

  constructor(readonly device: Remembered) {
    this.api = new Api(location.origin, { credentials: new DeviceCredentials(device) });
    this.client = new Client(this.api, { store: indexedDbStore(device.credentials.device_id) });
    this.people = new People(this.api, peopleOf(device.credentials.device_id));
    this.files = new Files(this.api);
    this.uploads = new Uploads(this);
    this.people.learn({ user_id: this.userId, handle: device.handle, display_name: device.displayName });
  }

  get userId(): string {
    return this.device.credentials.user_id;
  }

  start(): void {
    this.cleanups.push(this.client.subscribe((event) => this.happened(event)));
    this.listen(window, "online", () => this.retry());
    this.listen(window, "offline", () => this.goOffline());
    this.listen(window, "pagehide", () => this.client.save());
    void this.load();
    if (navigator.onLine) this.client.start();
    else this.goOffline();
  }

  /** What this browser has kept is shown before the line stands. */
  private async load(): Promise<void> {
    await this.client.load();
    if (this.client.conversations.size > 0) this.isListed.value = true;
    this.changed("");
  }

  stop(): void {
    this.client.close();
    for (const cleanup of this.cleanups) cleanup();
  }

  /** Tries to connect at once. */
  retry(): void {
    if (this.client.ended !== null) return;
    this.line.value = { state: "connecting" };
    this.client.start();
    this.client.goOnline();
  }

  /** The conversation, looked at: whoever reads it here is told when it changes. */
  copy(conversationId: string | null): Conversation | null {
    if (conversationId === null) return null;
    void this.versionOf(conversationId).value;
    return this.client.conversations.get(conversationId) ?? null;
  }

  /** All conversations, newest activity first. */
  list(): Conversation[] {
    void this.listVersion.value;
    const copies = [...this.client.conversations.values()].filter((copy) => copy.kind !== null);
    return copies.sort((one, other) => (one.lastAt < other.lastAt ? 1 : one.lastAt > other.lastAt ? -1 : 0));
  }

  /** The open conversation's id, once there is one; one may have begun since a person was opened. */
  openId(): string | null {
    const opened = this.opened.value;
    if (opened === null) return null;
    if ("conversationId" in opened) return opened.conversationId;
    void this.listVersion.value;
    return this.client.session.directWith(opened.userId);
  }

  /** What was last heard of somebody. */
  presence(userId: string): PresenceChanged | null {
    void this.presenceVersion.value;
    return this.client.presences.get(userId) ?? null;
  }

  /** The other person of a direct conversation. */
  other(copy: Conversation): string | null {
    if (copy.kind !== "direct") return null;
    return copy.memberIds.find((userId) => userId !== this.userId) ?? null;
  }

  title(copy: Conversation): string {
    const other = this.other(copy);
    return other === null ? copy.name || "A group without a name" : this.people.name(other);
  }

  async open(opened: Opened | null): Promise<void> {
    this.opened.value = opened;
    this.note.value = "";
    if (opened !== null && "userId" in opened) this.watch([opened.userId]);
    const conversationId = this.openId();
    const copy = conversationId === null ? undefined : this.client.conversations.get(conversationId);
    if (copy === undefined) return;
    if (copy.kind === "direct") this.watch(copy.memberIds);
    if (copy.seqs.length < 30) await this.loadOlder(copy.conversationId);
    if (copy.isMember && !copy.roster.isComplete) await this.describe(copy.conversationId);
  }

  /** The direct conversation with somebody, or the place where it will begin. */
  openPerson(user: User): Promise<void> {
    this.people.learn(user);
    const conversationId = this.client.session.directWith(user.user_id);
    return this.open(conversationId === null ? { userId: user.user_id } : { conversationId });
  }

  /** The page before what is here. */
  async loadOlder(conversationId: string): Promise<void> {
    const copy = this.client.conversations.get(conversationId);
    if (copy === undefined || copy.completeFrom <= 1 || this.loading.has(conversationId)) return;
    this.loading.add(conversationId);
    try {
      await this.client.pageBack(conversationId, PAGE_EVENTS);
      this.changed(conversationId);
    } catch (fault) {
      if (!(fault instanceof Unreachable)) this.tell(faultText(fault));
    } finally {
      this.loading.delete(conversationId);
    }
  }

  async describe(conversationId: string): Promise<void> {
    try {
      await this.client.describe(conversationId);
      this.changed(conversationId);
    } catch (fault) {
      if (!(fault instanceof Unreachable)) this.tell(faultText(fault));
    }
  }

  /** Gives a command; it waits while there is no line. A refusal is shown where it belongs. */
  give(command: Command): Promise<void> {
    this.waiting.set(command.client_id, command);
    const answered = this.client.sendCommand(command).then(
      () => undefined,
      (fault: unknown) => {
        // Refusals come as frames, also those of commands that an earlier page gave.
        if (fault instanceof Error && fault.name === "FrameTooLarge") this.tell(faultText(fault));
      },
    );
    this.changed(this.openId() ?? "");
    return answered;
  }

  /** Where a new message goes: to what is open. */
  recipient(): Recipient | null {
    const conversationId = this.openId();
    if (conversationId !== null) return { conversation_id: conversationId };
    const opened = this.opened.value;
    return opened !== null && "userId" in opened ? { to_user_id: opened.userId } : null;
  }

  /** What waits for its answer and belongs to what is open. */
  pendingHere(): Pending[] {
    const conversationId = this.openId();
    const copy = this.copy(conversationId);
    void this.versionOf("").value;
    const opened = this.opened.value;
    const userId = copy !== null ? this.other(copy) : opened !== null && "userId" in opened ? opened.userId : null;
    return this.client.pending.filter(
      (one) =>
        (one.conversationId !== null && one.conversationId === conversationId) ||
        (one.toUserId !== null && one.toUserId === userId),
    );
  }

  /** One's own words that were refused, of what is open. */
  failedHere(): Failed[] {
    const conversationId = this.openId();
    const copy = this.copy(conversationId);
    const opened = this.opened.value;
    const userId = copy !== null ? this.other(copy) : opened !== null && "userId" in opened ? opened.userId : null;
    return this.failed.value.filter(
      ({ command }) =>
        (command.conversation_id !== undefined && command.conversation_id === conversationId) ||
        (command.to_user_id !== undefined && command.to_user_id === userId),
    );
  }

  discard(failed: Failed): void {
    this.failed.value = this.failed.value.filter((one) => one !== failed);
  }

  /** Tells that one types, not more often than needed. */
  typing(isTyping: boolean): void {
    const conversationId = this.openId();
    if (conversationId === null || !this.client.isSynced) return;
    const isRecent = Date.now() - this.typingSentAt < TYPING_AGAIN_MS;
    if (isTyping === isRecent) return;
    this.typingSentAt = isTyping ? Date.now() : 0;
    this.client.setTyping(conversationId, isTyping);
  }

  /** One's message has gone: the server knows that typing is over. */
  typed(): void {
    this.typingSentAt = 0;
  }

  read(conversationId: string, seq: number): void {
    const copy = this.client.conversations.get(conversationId);
    if (copy !== undefined && copy.ownMark.read_seq < seq) this.client.markRead(conversationId, seq);
  }

  watch(userIds: readonly string[]): void {
    try {
      this.client.watch(userIds.filter((userId) => userId !== this.userId));
    } catch {
      // 500 at most: who comes after them is shown without a dot
    }
  }

  /** Says something once, where everybody sees it. */
  tell(text: string): void {
    this.note.value = text;
    if (this.noteTimer !== null) clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => {
      this.note.value = "";
    }, NOTE_MS);
  }

  /** Does something over HTTP; what went wrong is said. Gives whether it went well. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (fault) {
      this.tell(faultText(fault));
      return false;
    }
  }

  /** What shows this conversation looks again, all such changes together. */
  changed(conversationId: string): void {
    this.dirty.add(conversationId);
    if (this.isBumping) return;
    this.isBumping = true;
    queueMicrotask(() => this.bump());
  }

  private bump(): void {
    this.isBumping = false;
    batch(() => {
      for (const name of this.dirty) this.versionOf(name).value += 1;
      this.listVersion.value += 1;
    });
    this.dirty.clear();
  }

  private versionOf(conversationId: string): Signal<number> {
    let version = this.versions.get(conversationId);
    if (version === undefined) {
      version = signal(0);
      this.versions.set(conversationId, version);
    }
    return version;
  }

  private happened(event: SessionEvent): void {
    switch (event.type) {
      case "Disconnected":
        this.disconnected(event.retryAfterSeconds);
        break;
      case "Synced":
        this.synced();
        break;
      case "CommandRefused":
        this.refused(event);
        break;
      case "Malformed":
        if (event.client_id !== null) this.tell(`The server did not understand: ${event.detail}`);
        break;
      case "MessageSent":
        this.arrived(event);
        break;
      case "GroupSettingsChanged":
      case "MembersAdded":
        if (event.actor_id !== null) this.people.of(event.actor_id);
        break;
    }
    for (const pending of this.client.pending) this.waiting.set(pending.command.client_id, pending.command);
    this.changed("conversation_id" in event && event.conversation_id !== null ? event.conversation_id : "");
    if (event.type === "Snapshot") for (const name of this.versions.keys()) this.changed(name);
    if (event.type === "PresenceChanged" || event.type === "Disconnected") this.presenceVersion.value += 1;
  }

  private synced(): void {
    this.line.value = { state: "synced" };
    this.isListed.value = true;
    const direct = this.list().flatMap((copy) => this.other(copy) ?? []);
    this.watch(direct.slice(0, WATCHED_MAX));
    if (this.client.conversations.size >= 200) void this.listRest();
    const opened = this.opened.value;
    if (opened !== null) void this.open(opened);
  }

  /** A Snapshot has the newest 200. */
  private async listRest(): Promise<void> {
    try {
      let after: string | null = null;
      do after = await this.client.moreConversations(after);
      while (after !== null);
    } catch {
      // after the next Synced again
    }
    this.changed("");
  }

  private disconnected(retryAfterSeconds: number | null): void {
    const { ended } = this.client;
    if (ended !== null) this.line.value = { state: "ended", ended };
    else if (!navigator.onLine) this.line.value = { state: "offline" };
    else this.line.value = { state: "waiting", retryAt: Date.now() + (retryAfterSeconds ?? 0) * 1000 };
  }

  private goOffline(): void {
    this.line.value = { state: "offline" };
    this.isListed.value = true;
    this.client.goOffline();
  }

  private refused(frame: CommandRefused): void {
    const command = this.waiting.get(frame.client_id ?? "");
    if (command === undefined) return;
    this.waiting.delete(command.client_id);
    const why = reasonText(frame.reason);
    if (command.type === "SendMessage") this.failed.value = [...this.failed.value, { command, why }];
    else this.tell(why);
  }

  private arrived(message: MessageSent): void {
    if (message.client_id !== null) this.waiting.delete(message.client_id);
    if (message.sender_id === this.userId || message.body === null) return;
    const text = message.body.text ?? message.body.caption ?? "a file";
    this.heard.value = `${this.people.name(message.sender_id)}: ${text}`;
    const copy = this.client.conversations.get(message.conversation_id);
    if (copy?.kind === "direct") this.watch([message.sender_id]);
  }

  private listen(target: Window, name: string, listener: () => void): void {
    target.addEventListener(name, listener);
    this.cleanups.push(() => target.removeEventListener(name, listener));
  }
}
