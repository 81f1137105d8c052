/** A file that was sent: a picture, a film, sound, or a document to save. */

import type { Media } from "@backchannel/client";
import { useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { durationText, sizeText } from "../times.js";
import { Dialog } from "./Dialog.js";
import { FileIcon } from "./icons.js";

const LONGEST_PX = 320;

export function MediaView({ chat, mediaId }: { chat: Chat; mediaId: string }) {
  const media = chat.files.of(mediaId);
  if (media === null) return <div class="media-waits" role="img" aria-label="File" />;
  switch (media.kind) {
    case "image":
      return <Picture media={media} />;
    case "video":
      return <video class="media" src={media.url ?? ""} poster={media.thumbnail_url ?? ""} controls preload="none" {...sizeOf(media)} />;
    case "audio":
      return <audio class="media-audio" src={media.url ?? ""} controls preload="metadata" />;
    case "document":
      return <Document media={media} />;
  }
}

function Picture({ media }: { media: Media }) {
  const [isOpen, setOpen] = useState(false);
  const label = media.file_name ? `Photo: ${media.file_name}` : "Photo";
  return (
    <>
      <button type="button" class="media-button" aria-label={`Open ${label}`} onClick={() => setOpen(true)}>
        <img class="media" src={media.thumbnail_url ?? media.url ?? ""} alt={label} {...sizeOf(media)} />
      </button>
      {isOpen ? (
        <Dialog title={media.file_name ?? "Photo"} className="lightbox" onClose={() => setOpen(false)}>
          <img src={media.url ?? ""} alt={label} />
          <a class="text-button" href={media.url ?? ""} target="_blank" rel="noopener noreferrer">Open the original</a>
        </Dialog>
      ) : null}
    </>
  );
}

function Document({ media }: { media: Media }) {
  const about = [sizeText(media.size), media.duration_seconds ? durationText(media.duration_seconds) : ""].filter(Boolean);
  return (
    <a class="document" href={media.url ?? ""} rel="noopener noreferrer" download={media.file_name ?? ""}>
      <FileIcon />
      <span>
        <bdi class="document-name">{media.file_name ?? "Document"}</bdi>
        <span class="document-about">{about.join(" · ")}</span>
      </span>
    </a>
  );
}

/** The room it will take, so that nothing moves when it comes. */
function sizeOf(media: Media): { width?: number; height?: number } {
  if (!media.width || !media.height) return {};
  const scale = Math.min(1, LONGEST_PX / Math.max(media.width, media.height));
  return { width: Math.round(media.width * scale), height: Math.round(media.height * scale) };
}
