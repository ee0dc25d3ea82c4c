// Cameras in step on one wall clock. The one that is heard leads; the others, which are silent, follow it by changes of
// speed, or by a jump when they are far off. After a jump all of them start together, as soon as each has its picture.
// Where nobody has footage the clock passes over the gap.

import type { Camera } from "./camera";

const TICK_MS = 100;
const FAR_MS = 400;
const NEAR_MS = 25;
const MOST_CORRECTION = 0.25;
const CORRECT_WITHIN_MS = 1_000;
const START_WAIT_MS = 2_500;
const JUMP_MS = 1_500;

export interface DeckEvents {
  onTick(wall: number): void;
  onPlayed(person: string, wall: number, rate: number): void;
  onGap(length: number): void;
  onEnd(): void;
}

export class Deck {
  playing = false;
  rate = 1;
  wall: number;
  private lead: Camera | null = null;
  private readonly timer: number;
  private heard: Camera | null = null;
  private waitsUntil = 0;

  constructor(
    readonly cameras: Camera[],
    start: number,
    private readonly events: DeckEvents,
  ) {
    this.wall = start;
    this.seek(start);
    this.listen(cameras.find((one) => one.covers(start)) ?? cameras[0] ?? null);
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
  }

  play(): void {
    if (this.playing) return;
    this.playing = true;
    this.waitsUntil = performance.now() + START_WAIT_MS;
    this.applyRate();
    this.tick();
  }

  /** A camera's picture has changed its state: no need to wait for the clock. */
  nudge(): void {
    if (this.playing && this.waitsUntil) this.tick();
  }

  pause(): void {
    this.playing = false;
    for (const camera of this.cameras) camera.pause();
    this.events.onTick(this.wall);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(wall: number): void {
    this.wall = wall;
    this.lead = null;
    this.waitsUntil = performance.now() + START_WAIT_MS;
    for (const camera of this.cameras) {
      camera.pause();
      if (camera.covers(wall)) camera.seek(wall);
    }
    this.events.onTick(wall);
  }

  setRate(rate: number): void {
    this.rate = Math.min(8, Math.max(1, rate));
    this.applyRate();
    this.events.onTick(this.wall);
  }

  /** Sound of one camera at a time. */
  listen(camera: Camera | null): void {
    this.heard = camera;
    for (const one of this.cameras) one.video.muted = one !== camera;
  }

  get listened(): Camera | null {
    return this.heard;
  }

  stop(): void {
    window.clearInterval(this.timer);
    for (const camera of this.cameras) camera.stop();
  }

  private applyRate(): void {
    for (const camera of this.cameras) {
      camera.rate = this.rate;
      camera.ahead = this.rate;
    }
  }

  private tick(): void {
    if (!this.playing) {
      this.events.onTick(this.wall);
      return;
    }
    const covering = this.cameras.filter((one) => one.covers(this.wall) && !one.failed);
    if (!covering.length) {
      this.passOver();
      return;
    }
    if (this.isWaiting(covering)) {
      this.events.onTick(this.wall);
      return;
    }
    if (!this.lead || !covering.includes(this.lead)) this.lead = this.leader(covering);
    this.follow(covering);
    this.advance(covering);
    this.events.onTick(this.wall);
  }

  /** After a jump: until every camera has its picture, but not for ever. */
  private isWaiting(covering: Camera[]): boolean {
    if (!this.waitsUntil) return false;
    if (performance.now() < this.waitsUntil && !covering.every((one) => one.isReady)) return true;
    this.waitsUntil = 0;
    return false;
  }

  private leader(covering: Camera[]): Camera | null {
    const ready = covering.filter((one) => one.isReady);
    return ready.find((one) => one === this.heard) ?? ready[0] ?? covering[0] ?? null;
  }

  private advance(covering: Camera[]): void {
    const lead = this.lead;
    if (!lead) return;
    lead.rate = this.rate;
    lead.play();
    const shown = lead.wallNow();
    if (shown === null || !lead.isRunning) return;
    if (Math.abs(shown - this.wall) > JUMP_MS + this.rate * TICK_MS * 3) {
      const other = covering.find((one) => one !== lead);
      if (other) {
        lead.pause();
        this.lead = other; // the other camera still has footage here
        return;
      }
      this.events.onGap(shown - this.wall);
    }
    this.wall = shown;
    for (const camera of covering) {
      const at = camera.wallNow();
      if (camera.isRunning && at !== null && Math.abs(at - this.wall) < JUMP_MS + this.rate * 250) {
        this.events.onPlayed(camera.bearer.id, at, this.rate);
      }
    }
    if (lead.video.ended) this.passOver();
  }

  private follow(covering: Camera[]): void {
    for (const camera of this.cameras) {
      if (camera === this.lead) continue;
      if (!covering.includes(camera)) {
        camera.pause();
        continue;
      }
      const at = camera.wallNow();
      const drift = at === null ? Infinity : at - this.wall;
      if (Math.abs(drift) > FAR_MS * Math.max(1, this.rate / 2)) {
        if (!camera.video.seeking) camera.seek(this.wall);
        camera.rate = this.rate;
      } else if (Math.abs(drift) > NEAR_MS) {
        const correction = Math.min(MOST_CORRECTION, Math.abs(drift) / CORRECT_WITHIN_MS / this.rate);
        camera.rate = this.rate * (drift > 0 ? 1 - correction : 1 + correction);
      } else camera.rate = this.rate;
      camera.play();
    }
  }

  private passOver(): void {
    let next: number | null = null;
    for (const camera of this.cameras) {
      if (camera.failed) continue;
      const at = camera.nextFrom(this.wall + 1);
      if (at !== null && (next === null || at < next)) next = at;
    }
    if (next === null || next <= this.wall) {
      this.pause();
      this.events.onEnd();
      return;
    }
    this.events.onGap(next - this.wall);
    this.seek(next);
  }
}
