// The timeline: one axis from left to right, the plan, and for each bearer the tracks beneath. Two canvases: the
// ground is drawn when the view or the data change, the head when time moves. The same is told in words by the plan's list.

import type { Bearer, Facts, Item, Span, TrackName, Tracks } from "./facts";
import { time } from "./words";

interface Row {
  label: string;
  name?: string;
  height: number;
  draw(top: number): void;
}

const AXIS = 22;
const GAP = 3;
const RECORDED = 20;
const ROOMY = { track: 15, from: 820 }; // one camera on a window of this height has room for larger rows
const CLOSE = 12; // with the gap no less than a line of the names: they must not touch
const LENS = ["", "recorded", "warn", "warn", "bad", "bad", "warn"] as const; // unknown, clear, blurred, frozen, covered, dark, turned

export interface TimelineData {
  facts: Facts;
  items: Item[];
  current: number | null;
  pending(person: string): Span[];
}

export class Timeline {
  view: Span;
  private readonly ground: HTMLCanvasElement;
  private readonly head: HTMLCanvasElement;
  private readonly paint: CanvasRenderingContext2D;
  private readonly over: CanvasRenderingContext2D;
  private readonly colours = new Map<string, string>();
  private readonly bytes = new Map<string, Uint8Array>();
  private tracks: Record<string, Tracks> = {};
  private width = 0;
  private height = 0;
  private readonly watcher: ResizeObserver;

  constructor(
    readonly root: HTMLElement,
    private readonly names: HTMLElement,
    private readonly data: TimelineData,
  ) {
    this.view = [...data.facts.window];
    this.ground = root.querySelector<HTMLCanvasElement>("[data-ground]")!;
    this.head = root.querySelector<HTMLCanvasElement>("[data-head]")!;
    this.paint = this.ground.getContext("2d")!;
    this.over = this.head.getContext("2d")!;
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(root);
    this.resize();
  }

  stop(): void {
    this.watcher.disconnect();
  }

  setTracks(tracks: Record<string, Tracks>): void {
    this.tracks = tracks;
    this.bytes.clear();
    this.drawGround();
  }

  x(at: number): number {
    return ((at - this.view[0]) / (this.view[1] - this.view[0])) * this.width;
  }

  at(x: number): number {
    return this.view[0] + (x / Math.max(1, this.width)) * (this.view[1] - this.view[0]);
  }

  /** The bearer on whose rows a point lies. */
  bearerAt(y: number): Bearer | null {
    let top = AXIS;
    let owner: Bearer | null = null;
    for (const [row, bearer] of this.rows()) {
      top += row.height + GAP;
      owner = bearer ?? owner;
      if (y < top) return bearer ?? this.data.facts.bearers[0] ?? null;
    }
    return owner;
  }

  finding(at: number, bearer: Bearer | null): string {
    const reach = (this.view[1] - this.view[0]) / this.width * 4;
    const found = this.tracks[bearer?.id ?? ""]?.findings.find(([, start, end]) => start - reach <= at && at < end + reach);
    return found?.[4] ?? "";
  }

  resize(): void {
    const scale = window.devicePixelRatio || 1;
    const rows = this.rows();
    this.width = this.root.clientWidth;
    this.height = AXIS + rows.reduce((sum, [row]) => sum + row.height + GAP, 0);
    this.root.style.height = `${this.height}px`;
    for (const canvas of [this.ground, this.head]) {
      canvas.width = Math.round(this.width * scale);
      canvas.height = Math.round(this.height * scale);
      canvas.style.width = `${this.width}px`;
      canvas.style.height = `${this.height}px`;
    }
    this.paint.setTransform(scale, 0, 0, scale, 0, 0);
    this.over.setTransform(scale, 0, 0, scale, 0, 0);
    this.drawNames(rows);
    this.drawGround();
  }

  drawGround(): void {
    this.paint.clearRect(0, 0, this.width, this.height);
    this.paint.fillStyle = this.colour("sunken");
    this.paint.fillRect(0, 0, this.width, this.height);
    this.drawAxis();
    let top = AXIS;
    for (const [row] of this.rows()) {
      row.draw(top);
      top += row.height + GAP;
    }
  }

  drawHead(wall: number, mark: Span | null): void {
    this.over.clearRect(0, 0, this.width, this.height);
    let top = AXIS;
    for (const [row, bearer] of this.rows()) {
      if (bearer && row.name) {
        this.over.fillStyle = this.colour("accent");
        for (const [start, end] of this.data.pending(bearer.id)) this.over.fillRect(this.x(start), top + row.height - 3, Math.max(1, this.x(end) - this.x(start)), 3);
      }
      top += row.height + GAP;
    }
    if (mark) {
      this.over.globalAlpha = 0.28;
      this.over.fillStyle = this.colour("focus");
      this.over.fillRect(this.x(mark[0]), AXIS, Math.max(2, this.x(mark[1]) - this.x(mark[0])), this.height);
      this.over.globalAlpha = 1;
    }
    const x = Math.round(this.x(wall)) + 0.5;
    this.over.strokeStyle = this.colour("focus");
    this.over.lineWidth = 2;
    this.over.beginPath();
    this.over.moveTo(x, 12);
    this.over.lineTo(x, this.height);
    this.over.stroke();
    this.over.fillStyle = this.colour("focus");
    this.over.beginPath();
    this.over.moveTo(x - 6, 8);
    this.over.lineTo(x + 6, 8);
    this.over.lineTo(x, 17);
    this.over.fill();
  }

  private rows(): [Row, Bearer | null][] {
    const words = this.data.facts.words;
    const rows: [Row, Bearer | null][] = [];
    const height = this.isRoomy ? ROOMY.track : CLOSE;
    if (this.data.items.length) rows.push([{ label: words.row_plan ?? "", height: 16, draw: (top) => this.drawPlan(top) }, null]);
    for (const bearer of this.data.facts.bearers) {
      const track = (name: TrackName): [Row, Bearer] => [{ label: words[`row_${name}`] ?? "", height, draw: (top) => this.drawTrack(bearer, name, top, height) }, bearer];
      rows.push([{ label: words.row_recorded ?? "", name: bearer.name, height: RECORDED, draw: (top) => this.drawRecorded(bearer, top) }, bearer]);
      rows.push(track("lens"), track("motion"), track("level"), track("speech"), track("raised_voice"));
      rows.push([{ label: words.row_findings ?? "", height, draw: (top) => this.drawFindings(bearer, top, height) }, bearer]);
      if (this.data.items.length) rows.push([{ label: words.row_marks ?? "", height, draw: (top) => this.drawMarks(bearer, top, height) }, bearer]);
    }
    return rows;
  }

  private get isRoomy(): boolean {
    return this.data.facts.bearers.length === 1 && window.innerHeight >= ROOMY.from;
  }

  private drawNames(rows: [Row, Bearer | null][]): void {
    const list = rows.map(([row]) => {
      const line = document.createElement("div");
      line.className = row.name ? "track-name track-bearer" : "track-name";
      line.style.height = `${row.height + GAP}px`;
      line.textContent = row.name ?? row.label;
      return line;
    });
    const axis = document.createElement("div");
    axis.style.height = `${AXIS}px`;
    this.names.classList.toggle("tracks-close", !this.isRoomy);
    this.names.replaceChildren(axis, ...list);
  }

  private drawAxis(): void {
    const span = this.view[1] - this.view[0];
    const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((one) => one * 1000);
    const step = steps.find((one) => (span / one) * 74 < this.width) ?? 14_400_000;
    const offset = 12_600_000; // Tehran, +03:30: marks fall on its whole hours
    this.paint.font = "12px Vazirmatn, sans-serif";
    this.paint.textAlign = "center";
    this.paint.direction = "ltr";
    for (let at = Math.ceil((this.view[0] + offset) / step) * step - offset; at < this.view[1]; at += step) {
      const x = Math.round(this.x(at)) + 0.5;
      this.paint.strokeStyle = this.colour("line");
      this.paint.lineWidth = 1;
      this.paint.beginPath();
      this.paint.moveTo(x, AXIS - 4);
      this.paint.lineTo(x, this.height);
      this.paint.stroke();
      this.paint.fillStyle = this.colour("ink-soft");
      if (x > 20 && x < this.width - 20) this.paint.fillText(time(at, step < 60_000), x, 13);
    }
  }

  private bar(start: number, end: number, top: number, height: number, least = 1): [number, number, number, number] | null {
    if (end <= this.view[0] || start >= this.view[1]) return null;
    const left = Math.max(0, this.x(start));
    return [left, top, Math.max(least, Math.min(this.width, this.x(end)) - left), height];
  }

  private drawPlan(top: number): void {
    const tones: Record<string, string> = { waiting: "accent", watched: "recorded", skipped: "line-strong", empty: "line-strong", restricted: "private-line" };
    this.data.items.forEach((item, index) => {
      const box = this.bar(item.start, item.end, top, 16, 5);
      if (!box) return;
      this.paint.fillStyle = this.colour(tones[item.state] ?? "accent");
      this.paint.globalAlpha = item.state === "waiting" ? 1 : 0.75;
      this.paint.fillRect(box[0], box[1] + 1, box[2], box[3] - 2);
      this.paint.globalAlpha = 1;
      if (index === this.data.current) {
        this.paint.strokeStyle = this.colour("focus");
        this.paint.lineWidth = 2;
        this.paint.strokeRect(box[0] - 1, box[1], box[2] + 2, box[3]);
      }
    });
  }

  private drawRecorded(bearer: Bearer, top: number): void {
    for (const [kind, start, end] of bearer.stretches) {
      const box = this.bar(start, end, top, 16);
      if (!box) continue;
      this.paint.fillStyle = this.colour(kind);
      this.paint.fillRect(...box);
      if (kind !== "recorded") this.hatch(box, kind);
    }
    this.paint.fillStyle = this.colour("ink");
    for (const [start, end] of bearer.hidden) {
      const box = this.bar(start, end, top, 16);
      if (box) {
        this.paint.fillStyle = this.colour("private");
        this.paint.fillRect(...box);
        this.hatch(box, "private");
      }
    }
    this.paint.fillStyle = this.colour("accent");
    for (const [start, end] of bearer.watched) {
      const box = this.bar(start, end, top + 17, 3);
      if (box) this.paint.fillRect(...box);
    }
  }

  private hatch([left, top, width, height]: [number, number, number, number], kind: string): void {
    this.paint.save();
    this.paint.beginPath();
    this.paint.rect(left, top, width, height);
    this.paint.clip();
    this.paint.strokeStyle = this.colour(`${kind}-line`);
    this.paint.lineWidth = 1.5;
    for (let x = left - height; x < left + width; x += 6) {
      this.paint.beginPath();
      this.paint.moveTo(x, top + height);
      this.paint.lineTo(x + height, top);
      if (kind === "unexplained") {
        this.paint.moveTo(x, top);
        this.paint.lineTo(x + height, top + height);
      }
      this.paint.stroke();
    }
    this.paint.restore();
  }

  private values(bearer: Bearer, clip: number, name: TrackName): Uint8Array | null {
    const key = `${bearer.id}/${clip}/${name}`;
    const known = this.bytes.get(key);
    if (known) return known;
    const text = this.tracks[bearer.id]?.clips[clip]?.[name];
    if (!text) return null;
    const values = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    this.bytes.set(key, values);
    return values;
  }

  private drawTrack(bearer: Bearer, name: TrackName, top: number, height: number): void {
    const tone = { lens: "", motion: "info", level: "ink-soft", speech: "accent", raised_voice: "warn" }[name];
    this.tracks[bearer.id]?.clips.forEach((clip, index) => {
      const values = this.values(bearer, index, name);
      if (!values) return;
      const first = Math.max(0, Math.floor((this.view[0] - clip.start) / 1000));
      const last = Math.min(values.length, Math.ceil((this.view[1] - clip.start) / 1000));
      if (last <= first) return;
      const step = Math.max(1, Math.floor(((this.view[1] - this.view[0]) / 1000 / this.width) * 1));
      for (let second = first; second < last; second += step) {
        let value = 0;
        for (let at = second; at < Math.min(last, second + step); at += 1) value = Math.max(value, values[at] ?? 0);
        const left = this.x(clip.start + second * 1000);
        const width = Math.max(1, this.x(clip.start + (second + step) * 1000) - left + 0.3);
        if (name === "lens") {
          const state = LENS[value];
          if (!state) continue;
          this.paint.fillStyle = this.colour(state);
          this.paint.globalAlpha = value === 1 ? 0.45 : 1;
          this.paint.fillRect(left, top + 2, width, height - 4);
          this.paint.globalAlpha = 1;
        } else {
          const share = name === "level" ? Math.max(0, (value - 110) / 145) : value / 255;
          if (share < 0.04) continue;
          this.paint.fillStyle = this.colour(tone);
          const tall = Math.max(1, share * height);
          this.paint.fillRect(left, top + height - tall, width, tall);
        }
      }
    });
  }

  private drawFindings(bearer: Bearer, top: number, height: number): void {
    this.paint.fillStyle = this.colour("warn");
    for (const [, start, end, score] of this.tracks[bearer.id]?.findings ?? []) {
      const box = this.bar(start, end, top + 1, height - 2, 2);
      if (!box) continue;
      this.paint.globalAlpha = 0.35 + 0.65 * score;
      this.paint.fillRect(...box);
      this.paint.globalAlpha = 1;
    }
  }

  private drawMarks(bearer: Bearer, top: number, height: number): void {
    const tones: Record<string, string> = { thanks: "good", coaching: "info", violation: "bad", force: "bad", offence: "warn" };
    for (const mark of this.data.facts.marks) {
      if (mark.person !== bearer.id) continue;
      const box = this.bar(mark.start, mark.end, top + 1, height - 2, 4);
      if (!box) continue;
      this.paint.fillStyle = this.colour(tones[mark.kind] ?? "ink-soft");
      this.paint.fillRect(...box);
    }
  }

  /** A token of the design system, as the canvas can use it. */
  private colour(name: string): string {
    if (name.endsWith("-line") && !["excused-line", "unexplained-line", "awaited-line", "private-line"].includes(name)) return this.colour("line-strong");
    const known = this.colours.get(name);
    if (known) return known;
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    this.root.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    this.colours.set(name, found);
    return found;
  }
}
