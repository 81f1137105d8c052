/** The whole page: signing in, or the chat. */

import { current, resume } from "../session.js";
import { ChatScreen } from "./ChatScreen.js";
import { SignIn } from "./SignIn.js";

resume();

export function App() {
  const chat = current.value;
  return chat === null ? <SignIn /> : <ChatScreen key={chat.key} chat={chat} />;
}
