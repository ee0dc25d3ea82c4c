// The Jalali calendar by the 33-year rule (leap years at 1, 5, 9, 13, 17, 22, 26, 30 of each cycle), right for
// 1206 to 1498. The server decides what a date means; this only draws the month and counts days.

const EPOCH = Date.UTC(2024, 2, 20) / 86_400_000; // 1 Farvardin 1403
const LEAP_PLACES = new Set([1, 5, 9, 13, 17, 22, 26, 30]);

export interface Day {
  year: number;
  month: number;
  day: number;
}

export function isLeap(year: number): boolean {
  return LEAP_PLACES.has(((year % 33) + 33) % 33);
}

export function monthLength(year: number, month: number): number {
  if (month <= 6) return 31;
  if (month <= 11) return 30;
  return isLeap(year) ? 30 : 29;
}

function newYear(year: number): number {
  let days = EPOCH;
  for (let at = 1403; at < year; at += 1) days += isLeap(at) ? 366 : 365;
  for (let at = 1402; at >= year; at -= 1) days -= isLeap(at) ? 366 : 365;
  return days;
}

/** Days since 1970-01-01 of a Jalali date. */
export function toDayNumber({ year, month, day }: Day): number {
  const before = month <= 7 ? (month - 1) * 31 : 186 + (month - 7) * 30;
  return newYear(year) + before + day - 1;
}

export function fromDayNumber(number: number): Day {
  let year = 1403 + Math.floor((number - EPOCH) / 365.2424);
  while (newYear(year) > number) year -= 1;
  while (newYear(year + 1) <= number) year += 1;
  let left = number - newYear(year);
  let month = 1;
  while (left >= monthLength(year, month)) {
    left -= monthLength(year, month);
    month += 1;
  }
  return { year, month, day: left + 1 };
}

/** Place in the week, Saturday first. */
export function weekday(day: Day): number {
  return (((toDayNumber(day) + 5) % 7) + 7) % 7;
}

export function today(): Day {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Tehran" }).format(new Date()).split("-").map(Number);
  return fromDayNumber(Date.UTC(parts[0] ?? 1970, (parts[1] ?? 1) - 1, parts[2] ?? 1) / 86_400_000);
}

export function toLatin(text: string): string {
  return text.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
}

export function shown(text: string | number): string {
  const plain = String(text);
  return document.documentElement.lang === "fa" ? plain.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))) : plain;
}

export function parse(text: string): Day | null {
  const match = /^\s*(\d{4})[/-](\d{1,2})[/-](\d{1,2})/.exec(toLatin(text));
  if (!match) return null;
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  const real = day.month >= 1 && day.month <= 12 && day.day >= 1 && day.day <= monthLength(day.year, day.month);
  return real ? day : null;
}

export function format({ year, month, day }: Day): string {
  return shown(`${year}/${String(month).padStart(2, "0")}/${String(day).padStart(2, "0")}`);
}
