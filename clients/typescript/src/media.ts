/** Media over HTTP: permissions from the API, bytes to and from where these point. PROTOCOL, section 1. */

import { AccountCalls } from "./accounts.js";
import { ApiError, BackchannelError, Unreachable } from "./errors.js";
import type { Timestamp } from "./events.js";
import { segment } from "./transport.js";

export type MediaKind = "image" | "video" | "audio" | "document";

const LOOK_AGAIN_MS = 200;
const DECIDED_MS = 300_000; // a long film is decoded from end to end

/** A form for `url`: these fields, and last of all `file`. */
interface Upload {
  readonly url: string;
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A file and, once it is ready, where to get it. `preview` is a small picture, base64. */
export interface Media {
  readonly media_id: string;
  readonly status: "pending" | "processing" | "ready" | "refused";
  readonly reason?: string | null;
  readonly kind: MediaKind;
  readonly content_type: string;
  readonly size: number;
  readonly file_name?: string | null;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly duration_seconds?: number | null;
  readonly preview?: string | null;
  readonly url?: string | null;
  readonly thumbnail_url?: string | null;
  readonly expires_at?: Timestamp | null;
}

/** What the person who uploads may follow: the share of the bytes that is there, 0 to 1. */
export interface UploadOptions {
  readonly kind: MediaKind;
  readonly contentType: string;
  readonly fileName?: string;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** The one who uploads has changed their mind. */
export class UploadCancelled extends BackchannelError {}

/** Uploading and looking. Downloading is a browser's own business, from `url`. */
export class MediaCalls extends AccountCalls {
  /** The whole way, until it is ready or refused (`reason`); at once if one has these bytes already.
   *
   * Throws ApiError, Unreachable, UploadCancelled; Unreachable too if nothing was decided in five minutes. */
  async upload(content: Blob, options: UploadOptions): Promise<Media> {
    const said = {
      kind: options.kind,
      content_type: options.contentType,
      size: content.size,
      sha256: await sha256(content),
      file_name: options.fileName,
    };
    const opened = (await this.request("POST", "/v1/media", { body: said })) as { media_id: string; upload?: Upload | null };
    if (opened.upload) {
      await put(opened.upload, content, options);
      await this.request("POST", `/v1/media/${segment(opened.media_id)}/complete`);
    }
    options.onProgress?.(1);
    return this.decided(opened.media_id, options.signal);
  }

  /** What became of it, and where it is. ApiError `not-found` for who was not sent it. */
  async media(mediaId: string): Promise<Media> {
    return (await this.request("GET", `/v1/media/${segment(mediaId)}`)) as Media;
  }

  private async decided(mediaId: string, signal?: AbortSignal): Promise<Media> {
    const until = Date.now() + DECIDED_MS;
    while (Date.now() < until) {
      if (signal?.aborted) throw new UploadCancelled("cancelled");
      const media = await this.media(mediaId);
      if (media.status === "ready" || media.status === "refused") return media;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    throw new Unreachable("nothing was decided about the file in time");
  }
}

/** Without our token: where the bytes are, it is nobody's business. By XMLHttpRequest, for only that tells progress. */
function put(upload: Upload, content: Blob, options: UploadOptions): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", content);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => options.onProgress?.(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new ApiError(request.status, "refused-by-the-store", request.responseText.slice(0, 500)));
    };
    request.onerror = () => reject(new Unreachable("the store of files gave no answer"));
    request.onabort = () => reject(new UploadCancelled("cancelled"));
    options.signal?.addEventListener("abort", () => request.abort());
    request.open(upload.method, upload.url);
    request.send(form);
  });
}

/** In hex. Only a secure context has the browser's digest: HTTPS, or this machine. */
async function sha256(content: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await content.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
