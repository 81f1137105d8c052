/** One's own words and files that have no place in the log yet: waiting, on their way, or refused. */

import type { SendMessage } from "@backchannel/client";
import { useEffect, useMemo } from "preact/hooks";
import type { Chat } from "../chat.js";
import type { Failed } from "../outgoing.js";
import { sizeText } from "../times.js";
import type { Uploading } from "../uploads.js";
import { WarnIcon } from "./icons.js";
import { MediaView } from "./MediaView.js";
import { Text } from "./Text.js";
import { Ticks } from "./Ticks.js";

export function PendingRow({ chat, command }: { chat: Chat; command: SendMessage }) {
  return (
    <article class="message own waits" aria-label="You, waiting to be sent">
      <div class="bubble">
        <Content chat={chat} command={command} />
        <span class="meta"><Ticks tick="pending" /></span>
      </div>
    </article>
  );
}

export function FailedRow({ chat, failed, onAgain }: { chat: Chat; failed: Failed; onAgain: (command: SendMessage) => void }) {
  const again = (): void => {
    chat.outgoing.discard(failed);
    onAgain(failed.command);
  };
  return (
    <article class="message own failed" aria-label="You, not sent">
      <div class="bubble">
        <Content chat={chat} command={failed.command} />
        <p class="why" role="alert"><WarnIcon /> {failed.why}</p>
        <span class="failed-actions">
          <button type="button" onClick={again}>Try again</button>
          <button type="button" onClick={() => chat.outgoing.discard(failed)}>Discard</button>
        </span>
      </div>
    </article>
  );
}

export function UploadRow({ chat, upload }: { chat: Chat; upload: Uploading }) {
  const url = useMemo(() => (upload.file.type.startsWith("image/") ? URL.createObjectURL(upload.file) : null), [upload.file]);
  useEffect(() => () => { if (url !== null) URL.revokeObjectURL(url); }, [url]);
  const percent = Math.round(upload.share * 100);
  return (
    <article class={`message own ${upload.why ? "failed" : "waits"}`} aria-label={`You, file ${upload.file.name}`}>
      <div class="bubble">
        {url !== null ? <img class="media upload-preview" src={url} alt="" /> : null}
        <p class="upload-name"><bdi>{upload.file.name}</bdi> <span>{sizeText(upload.file.size)}</span></p>
        {upload.caption ? <Text text={upload.caption} /> : null}
        {upload.why ? <p class="why" role="alert"><WarnIcon /> {upload.why}</p> : <progress max={100} value={percent} aria-label={`Sending ${upload.file.name}`} />}
        <span class="failed-actions">
          {upload.why ? (
            <>
              <button type="button" onClick={() => chat.uploads.again(upload)}>Try again</button>
              <button type="button" onClick={() => chat.uploads.remove(upload.id)}>Discard</button>
            </>
          ) : (
            <>
              <span class="upload-state">{percent < 100 ? `${percent} %` : "being looked through…"}</span>
              <button type="button" onClick={upload.cancel}>Cancel</button>
            </>
          )}
        </span>
      </div>
    </article>
  );
}

function Content({ chat, command }: { chat: Chat; command: SendMessage }) {
  const { body } = command;
  const text = body.kind === "text" ? body.text : body.caption;
  return (
    <>
      {body.media_id ? <MediaView chat={chat} mediaId={body.media_id} /> : null}
      {text ? <Text text={text} /> : null}
    </>
  );
}
