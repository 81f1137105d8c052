/** Times as people say them. Pure, but for the reader's own time zone and language. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "numeric", year: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY_MS = 86_400_000;

export const clockText = (at: string): string => clock.format(new Date(at));
export const fullText = (at: string): string => full.format(new Date(at));

/** The day, as a number that grows by one from midnight to midnight here. */
export function dayOf(at: string): number {
  const time = new Date(at);
  return Math.floor((time.getTime() - time.getTimezoneOffset() * 60_000) / DAY_MS);
}

/** Today, yesterday, a weekday, a date. */
export function dayText(at: string, now = new Date()): string {
  const ago = dayOf(now.toISOString()) - dayOf(at);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return ago > 1 && ago < 7 ? weekday.format(new Date(at)) : date.format(new Date(at));
}

/** As short as a list needs it. */
export function listText(at: string, now = new Date()): string {
  const ago = dayOf(now.toISOString()) - dayOf(at);
  if (ago === 0) return clockText(at);
  if (ago === 1) return "Yesterday";
  return ago > 1 && ago < 7 ? weekday.format(new Date(at)) : shortDate.format(new Date(at));
}

export function lastSeenText(at: string): string {
  const day = dayText(at);
  return `last seen ${day === "Today" || day === "Yesterday" ? day.toLowerCase() : day} at ${clockText(at)}`;
}

export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(power === 1 ? 0 : 1)} ${["", "KB", "MB", "GB"][power]}`;
}
