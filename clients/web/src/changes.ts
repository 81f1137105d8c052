/** Which conversations have changed: whoever shows one is told, at once, and then not again before the next picture of
 * the screen: of a flood of messages each would draw the page anew, which took 58 s for eight thousand.
 */

import { batch, signal, type Signal } from "@preact/signals";

const UNSEEN_MS = 250; // a page that nobody sees has no pictures, but a title

export class Changes {
  /** Grows whenever anything in the list may have changed. */
  readonly list = signal(0);
  private readonly versions = new Map<string, Signal<number>>();
  private readonly dirty = new Set<string>();
  private isDue = false;
  private isTold = false; // since the last picture

  /** Who calls this while showing something is told when the conversation changes. */
  follow(conversationId: string): void {
    void this.versionOf(conversationId).value;
  }

  /** The same, of anything in the list. */
  followList(): void {
    void this.list.value;
  }

  /** It has changed. */
  note(conversationId: string): void {
    this.dirty.add(conversationId);
    if (this.isDue) return;
    this.isDue = true;
    if (!this.isTold) queueMicrotask(() => this.tell());
  }

  /** All may have changed. */
  noteAll(): void {
    for (const name of this.versions.keys()) this.note(name);
  }

  private tell(): void {
    this.isDue = false;
    batch(() => {
      for (const name of this.dirty) this.versionOf(name).value += 1;
      this.list.value += 1;
    });
    this.dirty.clear();
    this.isTold = true;
    void nextPicture().then(() => {
      this.isTold = false;
      if (this.isDue) this.tell();
    });
  }

  private versionOf(conversationId: string): Signal<number> {
    let version = this.versions.get(conversationId);
    if (version === undefined) {
      version = signal(0);
      this.versions.set(conversationId, version);
    }
    return version;
  }
}

function nextPicture(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
    setTimeout(resolve, UNSEEN_MS);
  });
}
