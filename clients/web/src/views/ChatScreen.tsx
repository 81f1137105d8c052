/** The chat: the list of conversations beside the open one; on a narrow screen one of the two. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.js";
import { ConversationView } from "./ConversationView.js";
import { LineBanner } from "./LineBanner.js";
import { Sidebar } from "./Sidebar.js";

export function ChatScreen({ chat }: { chat: Chat }) {
  const opened = chat.opened.value;
  const unread = chat.list().reduce((sum, copy) => sum + copy.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Backchannel` : "Backchannel";
  }, [unread]);
  return (
    <div class="page">
      <LineBanner chat={chat} />
      <div class={`chat ${opened === null ? "shows-list" : "shows-conversation"}`}>
        <Sidebar chat={chat} />
        <main class="main" aria-label="Conversation">
          {opened === null ? <Nothing /> : <ConversationView key={"conversationId" in opened ? opened.conversationId : opened.userId} chat={chat} />}
        </main>
      </div>
      <Note chat={chat} />
      <Heard chat={chat} />
    </div>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <img src="/icon.svg" width="72" height="72" alt="" />
      <h1>Backchannel</h1>
      <p>Choose a conversation, or begin one with the plus sign.</p>
    </div>
  );
}

/** Above everything, dialogs too. */
function Note({ chat }: { chat: Chat }) {
  const text = chat.notes.text.value;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (text) element.current?.showPopover();
    else element.current?.hidePopover();
  }, [text]);
  return (
    <div ref={element} class="note" role="status" popover="manual">
      {text}
    </div>
  );
}

/** New words, read out; those who look see them anyway. */
function Heard({ chat }: { chat: Chat }) {
  const [text, setText] = useState("");
  const heard = chat.heard.value;
  useEffect(() => setText(heard), [heard]);
  return (
    <div class="only-heard" aria-live="polite">
      {text}
    </div>
  );
}
