/** What somebody wrote, as they wrote it; addresses of pages can be followed. Never markup. */

import { Fragment } from "preact";

const ADDRESS = /(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}])/gu;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*){1,3}$/u;

/** `leavesRoom`: at the end of the last line, for the time and the ticks. */
export function Text({ text, leavesRoom = false }: { text: string; leavesRoom?: boolean }) {
  const parts = text.split(ADDRESS);
  return (
    <p class={`text ${ONLY_EMOJI.test(text) ? "only-emoji" : ""}`} dir="auto">
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">{part}</a>
        ) : (
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
      {leavesRoom ? <span class="room" /> : null}
    </p>
  );
}
