// Times and lengths in the reader's digits. The clock is Tehran's, as everywhere in the product.

import { shown } from "../../jalali";

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tehran", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const short = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tehran", hour: "2-digit", minute: "2-digit" });

export function time(at: number, seconds = true): string {
  return shown((seconds ? clock : short).format(at));
}

export function range(start: number, end: number): string {
  return `${time(start)} – ${time(end)}`;
}

export function length(ms: number, words: Record<string, string>): string {
  const whole = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const parts: string[] = [];
  if (hours) parts.push(`${shown(hours)} ${words.hour}`);
  if (minutes) parts.push(`${shown(minutes)} ${words.minute}`);
  if (!hours && (whole % 60 || !parts.length)) parts.push(`${shown(whole % 60)} ${words.second}`);
  return parts.join(document.documentElement.lang === "fa" ? " و " : " ");
}
