/** One tick, two, or two blue: in the log, delivered to all, read by all. */

import type { Tick } from "@backchannel/client";
import { ClockIcon } from "./icons.js";

const LABELS = { sent: "Sent", delivered: "Delivered", read: "Read" } as const;

export function Ticks({ tick }: { tick: Tick | "pending" }) {
  if (tick === "pending")
    return (
      <span class="ticks pending" role="img" aria-label="Waiting to be sent" title="Waiting to be sent">
        <ClockIcon />
      </span>
    );
  return (
    <span class={`ticks ${tick}`} role="img" aria-label={LABELS[tick]} title={LABELS[tick]}>
      <svg width="18" height="12" viewBox="0 0 18 12" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d="M1.500 6.500L5 10l6.500-8" />
        {tick === "sent" ? null : <path d="M8 9l1 1 6.500-8" />}
      </svg>
    </span>
  );
}
