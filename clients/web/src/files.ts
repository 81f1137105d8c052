/** Files: what kind a chosen one is, and where to see those that were sent. */

import { signal, type Signal } from "@preact/signals";
import { type Api, ApiError, type Media, type MediaKind } from "@backchannel/client";

const KINDS: readonly (readonly [RegExp, MediaKind])[] = [
  [/^image\/(jpeg|png|webp|gif)$/, "image"],
  [/^video\//, "video"],
  [/^audio\//, "audio"],
];
const BY_ENDING: Readonly<Record<string, string>> = {
  md: "text/markdown",
  csv: "text/csv",
  txt: "text/plain",
  json: "application/json",
};
const FRESH_MS = 60_000; // an address that is good for less is asked for anew
const AGAIN_MS = 3_000;

export function kindOf(contentType: string): MediaKind {
  return KINDS.find(([pattern]) => pattern.test(contentType))?.[1] ?? "document";
}

/** Browsers do not know every type. */
export function contentTypeOf(file: File): string {
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return file.type || BY_ENDING[ending] || "application/octet-stream";
}

/** What was sent, by media id. */
export class Files {
  private readonly known = new Map<string, Signal<Media | null>>();
  private readonly asking = new Set<string>();

  constructor(private readonly api: Api) {}

  /** The file as far as it is known; it is asked for, and again when its addresses have come to their end. */
  of(mediaId: string): Media | null {
    const media = this.known.get(mediaId) ?? signal<Media | null>(null);
    this.known.set(mediaId, media);
    if (!isFresh(media.value) && !this.asking.has(mediaId)) void this.ask(mediaId, media);
    return media.value;
  }

  /** Known already: one that was uploaded here. */
  learn(media: Media): void {
    const known = this.known.get(media.media_id);
    if (known === undefined) this.known.set(media.media_id, signal<Media | null>(media));
    else known.value = media;
  }

  private async ask(mediaId: string, media: Signal<Media | null>): Promise<void> {
    this.asking.add(mediaId);
    try {
      media.value = await this.api.media(mediaId);
      this.asking.delete(mediaId);
    } catch (fault) {
      const isFinal = fault instanceof ApiError && fault.status < 500 && fault.status !== 429; // not to be had
      if (!isFinal) setTimeout(() => void this.ask(mediaId, media), AGAIN_MS);
    }
  }
}

function isFresh(media: Media | null): boolean {
  return media !== null && (!media.expires_at || Date.parse(media.expires_at) - Date.now() > FRESH_MS);
}
