/** Files on their way up: each has a row of its own until its message is given to the outbox. */

import { signal } from "@preact/signals";
import { type Recipient, newId, UploadCancelled } from "@backchannel/client";
import type { Chat } from "./chat.js";
import { contentTypeOf, kindOf } from "./files.js";
import { faultText, fileReasonText } from "./words.js";

/** `share` of the bytes is there, 0 to 1; `why` says what went wrong, empty while nothing did. */
export interface Uploading {
  readonly id: string;
  readonly file: File;
  readonly recipient: Recipient;
  readonly caption: string;
  readonly share: number;
  readonly why: string;
  readonly cancel: () => void;
}

export class Uploads {
  readonly all = signal<readonly Uploading[]>([]);

  constructor(private readonly chat: Chat) {}

  /** Those that go to what is open. */
  here(): Uploading[] {
    const recipient = JSON.stringify(this.chat.recipient());
    return this.all.value.filter((one) => JSON.stringify(one.recipient) === recipient);
  }

  async begin(file: File, caption: string, recipient: Recipient, replyTo: string | null): Promise<void> {
    const stopping = new AbortController();
    const id = newId();
    const cancel = (): void => stopping.abort();
    this.all.value = [...this.all.value, { id, file, recipient, caption, share: 0, why: "", cancel }];
    try {
      const contentType = contentTypeOf(file);
      const media = await this.chat.api.upload(file, {
        kind: kindOf(contentType),
        contentType,
        fileName: file.name,
        onProgress: (share) => this.change(id, { share }),
        signal: stopping.signal,
      });
      if (media.status === "refused") return this.change(id, { why: fileReasonText(media.reason) });
      this.chat.files.learn(media);
      this.remove(id);
      const body = { kind: "media", media_id: media.media_id, ...(caption ? { caption } : {}) };
      const reply = replyTo === null ? {} : { reply_to: replyTo };
      await this.chat.outgoing.give({ type: "SendMessage", client_id: newId(), ...recipient, body, ...reply });
    } catch (fault) {
      if (fault instanceof UploadCancelled) this.remove(id);
      else this.change(id, { why: faultText(fault) });
    }
  }

  /** Once more, after a fault. */
  again(one: Uploading): void {
    this.remove(one.id);
    void this.begin(one.file, one.caption, one.recipient, null);
  }

  remove(id: string): void {
    this.all.value = this.all.value.filter((one) => one.id !== id);
  }

  private change(id: string, change: Partial<Uploading>): void {
    this.all.value = this.all.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  }
}
