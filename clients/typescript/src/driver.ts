/** Drives a session: opens sockets, carries out effects, comes back after a loss: the I/O of a session. */

import type { Api } from "./api.js";
import { Asking } from "./asking.js";
import type { Audience } from "./audience.js";
import type { Backoff } from "./backoff.js";
import { encode } from "./commands.js";
import { Connection } from "./connection.js";
import type { Answer, Effect, SessionEvent } from "./effects.js";
import { ApiError, ConnectionEnded, ConnectionLost, Unreachable } from "./errors.js";
import type { Frame } from "./frames.js";
import type { DeviceStore } from "./keeping.js";
import { Saving } from "./saving.js";
import type { Session } from "./session.js";

export const SYNC_SECONDS_MAX = 60; // from the open socket to Synced; admission of a reconnect storm may take its time
export const CLOSED = "closed"; // by oneself
const SIGNED_OUT = new Set([400, 401, 403]); // answers to a ticket or a refresh that no waiting will change

export interface DriverOptions {
  readonly socketUrl: string;
  readonly backoff: Backoff;
  readonly store: DeviceStore;
  readonly observer: ((frame: Frame) => void) | null;
}

type Reply = (answer: Answer | ConnectionEnded) => void;

/** The one that holds the connection. */
export class Driver {
  private connection: Connection | null = null;
  private readonly asking: Asking;
  private readonly saving: Saving;
  private readonly replies = new Map<number, Reply[]>();
  private alarm: ReturnType<typeof setTimeout> | null = null;
  private alarmAt: number | null = null;
  private isRunning = false;
  private isWanted = true;
  private loaded: Promise<void> | null = null;
  private goOn: (() => void) | null = null; // ends a wait early

  constructor(
    private readonly api: Api,
    private readonly session: Session,
    private readonly audience: Audience,
    private readonly options: DriverOptions,
  ) {
    this.asking = new Asking(api, session, now, (effects) => this.carryOut(effects));
    this.saving = new Saving(session, options.store.copies);
  }

  /** Begins to connect, with what an earlier run left in the outbox. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run();
  }

  /** Closes the connection for good. */
  close(): void {
    this.end(new ConnectionEnded(null, CLOSED));
  }

  /** Cuts the connection and stays away. */
  goOffline(): void {
    this.isWanted = false;
    this.drop("offline");
  }

  /** Connects again, at once. */
  goOnline(): void {
    this.isWanted = true;
    this.options.backoff.reset();
    this.goOn?.();
  }

  /** Cuts the connection, as a lost network would. */
  drop(reason: string): void {
    this.connection?.drop(reason);
  }

  /** Tells what a command will be answered. */
  answer(key: number, reply: Reply): void {
    this.replies.set(key, [...(this.replies.get(key) ?? []), reply]);
  }

  /** Does what the session asks for, in order. */
  carryOut(effects: readonly Effect[]): void {
    this.keep(); // before a frame goes out: what was said is never forgotten
    for (const effect of effects) {
      if (effect.effect === "Send") this.connection?.send(encode(effect.frame));
      else if (effect.effect === "Announce") this.tell(effect.event);
      else if (effect.effect === "Settle") this.settle(effect.key, effect.answer);
      else this.asking.start(effect);
    }
    this.keep();
    this.setAlarm();
  }

  /** What was kept is here. Again: the same. */
  load(): Promise<void> {
    this.loaded ??= this.restore();
    return this.loaded;
  }

  /** Writes what waits to be kept: the page may end. */
  save(): void {
    this.saving.flush();
  }

  private async restore(): Promise<void> {
    const { outbox, copies } = this.options.store;
    const kept = await Promise.all([outbox.load().catch(() => []), copies.load().catch(() => null)]);
    this.session.restore(...kept);
  }

  private async run(): Promise<void> {
    await this.load();
    while (this.audience.ended === null) {
      if (!this.isWanted) {
        await this.pause(null);
        continue;
      }
      const [lost, atLeastSeconds] = await this.connectOnce();
      this.session.disconnected();
      if (this.audience.ended !== null) return;
      if (!lost.mayReturn) return this.end(new ConnectionEnded(lost.code, lost.reason));
      const waitSeconds = this.options.backoff.nextSeconds(atLeastSeconds);
      this.audience.tell({ type: "Disconnected", code: lost.code, reason: lost.reason, retryAfterSeconds: waitSeconds });
      await this.pause(waitSeconds);
    }
  }

  /** One connection from ticket to end: why it ended, and how long the server wants us to stay away. */
  private async connectOnce(): Promise<readonly [ConnectionLost, number | null]> {
    try {
      const { ticket } = await this.api.ticket();
      return [await this.converse(ticket), null];
    } catch (fault) {
      if (fault instanceof ApiError) {
        const isFinal = SIGNED_OUT.has(fault.status);
        return [new ConnectionLost(isFinal ? 4503 : 1006, fault.message, !isFinal), fault.retryAfterSeconds];
      }
      if (fault instanceof Unreachable) return [new ConnectionLost(1006, fault.message, true), null];
      throw fault;
    }
  }

  private converse(ticket: string): Promise<ConnectionLost> {
    return new Promise((resolve) => {
      const late = setTimeout(() => this.drop("no Synced in time"), SYNC_SECONDS_MAX * 1000);
      const connection = new Connection(this.options.socketUrl, {
        opened: () => connection.send(encode(this.session.hello(ticket))),
        received: (frame) => {
          this.take(frame);
          if (frame.type !== "Synced") return;
          clearTimeout(late);
          this.options.backoff.reset();
        },
        lost: (lost) => {
          clearTimeout(late);
          this.connection = null;
          resolve(lost);
        },
      });
      this.connection = connection;
      if (!this.isWanted || this.audience.ended !== null) connection.drop(CLOSED);
    });
  }

  private take(frame: Frame): void {
    this.options.observer?.(frame);
    this.carryOut(this.session.receive(frame, now()));
  }

  private tell(event: SessionEvent): void {
    this.saving.see(event);
    this.audience.tell(event);
  }

  private settle(key: number, answer: Answer): void {
    const replies = this.replies.get(key) ?? [];
    this.replies.delete(key);
    for (const reply of replies) reply(answer);
  }

  private keep(): void {
    const store = this.options.store.outbox;
    // A store that fails costs a command only if the page is closed before its answer: nothing to stop for.
    for (const [name, kept] of this.session.outbox.takeChanges())
      void (kept === null ? store.delete(name) : store.put(name, kept)).catch(() => undefined);
  }

  private pause(seconds: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = seconds === null ? null : setTimeout(() => this.goOn?.(), seconds * 1000);
      this.goOn = () => {
        if (timer !== null) clearTimeout(timer);
        this.goOn = null;
        resolve();
      };
    });
  }

  private setAlarm(): void {
    const wakeAt = this.session.wakeAt();
    if (wakeAt === this.alarmAt) return;
    if (this.alarm !== null) clearTimeout(this.alarm);
    this.alarmAt = wakeAt;
    this.alarm = wakeAt === null ? null : setTimeout(() => this.wake(), Math.max(0, wakeAt - now()) * 1000);
  }

  private wake(): void {
    this.alarmAt = null;
    this.carryOut(this.session.wake(now()));
  }

  private end(ended: ConnectionEnded): void {
    if (this.audience.ended !== null) return;
    this.audience.ended = ended;
    this.drop(ended.reason);
    this.goOn?.();
    this.session.disconnected();
    this.setAlarm();
    this.asking.cancel();
    for (const key of [...this.replies.keys()]) {
      const replies = this.replies.get(key) ?? [];
      this.replies.delete(key);
      for (const reply of replies) reply(ended);
    }
    this.audience.tell({ type: "Disconnected", code: ended.code, reason: ended.reason, retryAfterSeconds: null });
  }
}

/** Seconds on a clock that only runs forward. */
export function now(): number {
  return performance.now() / 1000;
}
