// One bearer's camera: a video element, its HLS source, and the way between wall-clock and media time.
//
// The playlist has no gaps: recordings follow on each other behind discontinuities, each with its own
// PROGRAM-DATE-TIME. So media time runs on while wall-clock time jumps; `pieces` says where.

import Hls, { ErrorTypes, Events } from "hls.js/light";
import type { Bearer } from "./facts";

interface Stretch {
  wall: number;
  media: number;
  length: number;
}

export class Camera {
  readonly video = document.createElement("video");
  readonly stretches: Stretch[] = [];
  failed = false;
  private hls: Hls | null = null;
  private wanted: number | null = null;

  constructor(
    readonly bearer: Bearer,
    playlist: string,
    private readonly onChange: () => void,
  ) {
    let media = 0;
    for (const [wall, length] of bearer.pieces) {
      this.stretches.push({ wall, media, length });
      media += length;
    }
    this.video.playsInline = true;
    this.video.preload = "auto";
    this.video.disablePictureInPicture = true;
    this.video.tabIndex = -1;
    this.video.setAttribute("aria-label", bearer.name);
    for (const name of ["playing", "pause", "seeked", "waiting", "loadeddata", "canplay"]) this.video.addEventListener(name, onChange);
    if (this.stretches.length) this.attach(playlist);
  }

  private attach(playlist: string): void {
    const hls = new Hls({
      autoStartLoad: false,
      enableWorker: false, // two cameras of 2 Mbit/s cost a few ms a segment; a worker costs more than that to start
      startFragPrefetch: true,
      maxBufferLength: 20,
      maxMaxBufferLength: 120,
      backBufferLength: 30,
      maxBufferHole: 0.6,
      fragLoadPolicy: {
        default: {
          maxTimeToFirstByteMs: 30_000,
          maxLoadTimeMs: 60_000,
          timeoutRetry: { maxNumRetry: 3, retryDelayMs: 500, maxRetryDelayMs: 4_000 },
          errorRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 4_000 },
        },
      },
    });
    this.hls = hls;
    hls.on(Events.MANIFEST_PARSED, () => {
      const at = this.wanted ?? this.stretches[0]?.wall ?? 0;
      hls.startLoad(Math.max(0, (this.toMedia(at) ?? 0) / 1000));
    });
    hls.on(Events.ERROR, (_event, data) => {
      if (!data.fatal) return;
      if (data.type === ErrorTypes.MEDIA_ERROR && !this.failed) {
        this.failed = true; // a second failure is final
        hls.recoverMediaError();
        return;
      }
      this.failed = true;
      hls.stopLoad();
      this.onChange();
    });
    hls.on(Events.FRAG_BUFFERED, () => {
      this.failed = false;
      this.onChange();
    });
    hls.loadSource(playlist);
    hls.attachMedia(this.video);
  }

  /** Whether there is footage at this moment. */
  covers(wall: number): boolean {
    return this.stretches.some((one) => one.wall <= wall && wall < one.wall + one.length);
  }

  /** When footage begins again at or after this moment. */
  nextFrom(wall: number): number | null {
    let found: number | null = null;
    for (const one of this.stretches) {
      if (wall < one.wall + one.length) {
        const at = Math.max(wall, one.wall);
        if (found === null || at < found) found = at;
      }
    }
    return found;
  }

  /** Media milliseconds of a moment; null where there is no footage. */
  toMedia(wall: number): number | null {
    const found = this.stretches.find((one) => one.wall <= wall && wall < one.wall + one.length);
    return found ? found.media + (wall - found.wall) : null;
  }

  /** The moment that is shown now. */
  wallNow(): number | null {
    if (this.wanted !== null && (this.video.readyState < 1 || this.video.seeking)) return this.wanted;
    const media = this.video.currentTime * 1000;
    let found: Stretch | undefined;
    for (const one of this.stretches) if (one.media <= media + 1) found = one;
    return found ? found.wall + Math.min(media - found.media, found.length - 1) : null;
  }

  seek(wall: number): void {
    const media = this.toMedia(wall);
    if (media === null) return;
    this.wanted = wall;
    if (this.video.readyState >= 1) this.video.currentTime = media / 1000 + 0.001;
  }

  play(): void {
    if (this.video.paused) void this.video.play().catch(() => this.onChange());
  }

  pause(): void {
    if (!this.video.paused) this.video.pause();
  }

  set rate(rate: number) {
    if (Math.abs(this.video.playbackRate - rate) > 0.001) this.video.playbackRate = rate;
  }

  /** Buffer further ahead at higher speeds. */
  set ahead(rate: number) {
    if (this.hls) this.hls.config.maxBufferLength = Math.min(90, 12 * Math.max(1, rate) + 8);
  }

  /** Pictures and sound really run. */
  get isRunning(): boolean {
    return !this.video.paused && !this.video.seeking && this.video.readyState >= 2 && !this.failed;
  }

  get isReady(): boolean {
    return this.video.readyState >= 2 && !this.video.seeking;
  }

  stop(): void {
    this.hls?.destroy();
    this.video.remove();
  }
}
