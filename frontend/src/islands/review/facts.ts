// What the server tells the room (review/room.py). Times are Unix milliseconds, spans [start, end).

export type Span = [number, number];

export interface Bearer {
  id: string;
  name: string;
  clips: { id: string; start: number; end: number }[];
  pieces: [number, number][]; // wall-clock start and length of each unbroken stretch of the playlist
  stretches: [string, number, number, string][];
  hidden: Span[];
  watched: Span[];
}

export interface ItemState {
  state: "waiting" | "watched" | "skipped" | "empty" | "restricted";
  share: number;
  skip: string;
  title: string; // a number until the item was watched, then its strongest reason
  why: string[];
}

export interface Item extends ItemState {
  id: number;
  order: number;
  person: string;
  name: string;
  start: number;
  end: number;
  missing: boolean;
}

export interface Mark {
  id: string;
  kind: string;
  label: string;
  person: string;
  name: string;
  start: number;
  end: number;
  note: string;
  item: string;
  case: string;
}

export interface Question {
  id: string;
  name: string;
  text: string;
  answer: string;
}

export interface Facts {
  window: Span;
  shift: Span;
  key: string;
  bearers: Bearer[];
  plan: { items: Item[]; left_ms: number; left_items: number } | null;
  marks: Mark[];
  questions: Question[];
  kinds: [string, string][];
  conduct: [number, string, string, string][];
  words: Record<string, string>;
  language: string;
  urls: Record<string, string>;
}

export interface Standing {
  watched: Record<string, Span[]>;
  items: Record<string, ItemState>;
  left_ms: number;
  left_items: number;
}

export interface Tracks {
  clips: ({ start: number } & Partial<Record<TrackName, string>>)[];
  findings: [string, number, number, number, string][];
}

export type TrackName = "lens" | "motion" | "speech" | "raised_voice" | "level";

export const NONE = "00000000-0000-0000-0000-000000000000";

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/%\((\w+)\)s/g, (_all, name: string) => String(values[name] ?? ""));
}

export function within(spans: readonly Span[], at: number): boolean {
  return spans.some(([start, end]) => start <= at && at < end);
}
