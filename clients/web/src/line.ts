/** How the line to the server is, as a person is told it; and what the browser says of the network. */

import { signal } from "@preact/signals";
import type { Client, ConnectionEnded } from "@backchannel/client";

/** `ended` will not come back by itself. */
export type LineState =
  | { readonly state: "connecting" }
  | { readonly state: "synced" }
  | { readonly state: "waiting" }
  | { readonly state: "offline" }
  | { readonly state: "ended"; readonly ended: ConnectionEnded };

export class Line {
  readonly now = signal<LineState>({ state: "connecting" });
  private readonly stopping = new AbortController();

  constructor(private readonly client: Client) {}

  start(): void {
    const { signal } = this.stopping;
    window.addEventListener("online", () => this.retry(), { signal });
    window.addEventListener("offline", () => this.goOffline(), { signal });
    if (navigator.onLine) this.client.start();
    else this.goOffline();
  }

  stop(): void {
    this.client.close();
    this.stopping.abort();
  }

  /** Tries to connect at once. */
  retry(): void {
    if (this.client.ended !== null) return;
    this.now.value = { state: "connecting" };
    this.client.start();
    this.client.goOnline();
  }

  synced(): void {
    this.now.value = { state: "synced" };
  }

  disconnected(): void {
    const { ended } = this.client;
    if (ended !== null) this.now.value = { state: "ended", ended };
    else this.now.value = { state: navigator.onLine ? "waiting" : "offline" };
  }

  private goOffline(): void {
    this.now.value = { state: "offline" };
    this.client.goOffline();
  }
}
