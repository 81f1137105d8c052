/** How the line is, where it is not well: what happened, and what to do. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { forget, leave, reopen } from "../session.js";
import { WarnIcon } from "./icons.js";

const REPLACED = 4502;
const SIGNED_OUT = new Set([4500, 4503]);
const PATIENCE_MS = 1_500; // a short loss is nobody's business

export function LineBanner({ chat }: { chat: Chat }) {
  const line = chat.line.now.value;
  const isWell = line.state === "synced";
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (isWell) return undefined;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isWell]);
  if (isWell) return null;
  if (line.state === "ended") return <Ended chat={chat} code={line.ended.code} reason={line.ended.reason} />;
  if (line.state === "offline")
    return <Banner text="You are offline. What you write waits here and is sent when you are back." />;
  if (!isLate) return null;
  if (line.state === "connecting") return <Banner text="Connecting…" />;
  return (
    <Banner text="The server cannot be reached. What you write waits here; trying again.">
      <button type="button" onClick={() => chat.line.retry()}>Try now</button>
    </Banner>
  );
}

function Ended({ chat, code, reason }: { chat: Chat; code: number | null; reason: string }) {
  if (code === REPLACED)
    return (
      <Banner text="This account is open in another tab or window.">
        <button type="button" onClick={reopen}>Use it here</button>
      </Banner>
    );
  if (code !== null && SIGNED_OUT.has(code))
    return (
      <Banner text="This device was signed out. Sign in again to go on.">
        <button type="button" onClick={() => forget(chat.device.credentials.device_id)}>Sign in</button>
      </Banner>
    );
  return (
    <Banner text={`The connection has ended${reason ? `: ${reason}` : ""}.`}>
      <button type="button" onClick={reopen}>Connect again</button>
      <button type="button" onClick={leave}>Other account</button>
    </Banner>
  );
}

function Banner({ text, children }: { text: string; children?: ComponentChildren }) {
  return (
    <div class="banner" role="alert">
      <WarnIcon />
      <span>{text}</span>
      {children}
    </div>
  );
}
