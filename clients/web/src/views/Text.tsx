/** What somebody wrote, as they wrote it; addresses of pages can be followed. Never markup. */

import { Fragment } from "preact";

const ADDRESS = /(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}])/gu;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*){1,3}$/u;

/** `besides`: what stands at the end of the last line, beside the text; room is left for it. */
export function Text({ text, besides = "" }: { text: string; besides?: string }) {
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
      {besides ? <span class="room" data-text={besides} /> : null}
    </p>
  );
}
