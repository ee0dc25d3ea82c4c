// Tells the server what was played: stretches of wall-clock time by bearer, every few seconds. The server believes
// what it served and what is plausible; its answer is what counts.

import type { Span, Standing } from "./facts";

const EVERY_MS = 4_000;
const MOST = 150;

interface Claim {
  person: string;
  start: number;
  end: number;
  rate: number;
}

export class Reporter {
  private readonly open = new Map<string, Claim & { at: number }>();
  private closed: Claim[] = [];
  private readonly timer: number;
  private sending = false;
  private readonly leave = (): void => this.sendLast();

  constructor(
    private readonly url: string,
    private readonly csrf: string,
    private readonly onStanding: (standing: Standing) => void,
    private readonly onTrouble: (offline: boolean) => void,
  ) {
    this.timer = window.setInterval(() => void this.flush(), EVERY_MS);
    window.addEventListener("pagehide", this.leave);
  }

  sample(person: string, wall: number, rate: number): void {
    const now = performance.now();
    const last = this.open.get(person);
    const step = last ? wall - last.end : 0;
    if (last && last.rate === rate && step >= 0 && step <= (now - last.at) * 8 * 1.3 + 50) {
      last.end = wall;
      last.at = now;
      return;
    }
    if (last) this.close(person);
    this.open.set(person, { person, start: wall, end: wall, rate, at: now });
  }

  /** What was played and not reported yet, to be drawn. */
  pending(person: string): Span[] {
    const open = this.open.get(person);
    const spans: Span[] = this.closed.filter((one) => one.person === person).map((one) => [one.start, one.end]);
    if (open) spans.push([open.start, open.end]);
    return spans;
  }

  async flush(): Promise<void> {
    if (this.sending) return;
    for (const person of [...this.open.keys()]) this.close(person, true);
    if (!this.closed.length) return;
    const sent = this.closed.slice(0, MOST);
    this.sending = true;
    try {
      const response = await fetch(this.url, this.request(sent));
      if (response.ok) {
        this.closed = this.closed.slice(sent.length);
        this.onStanding((await response.json()) as Standing);
      } else if (response.status < 500) this.closed = this.closed.slice(sent.length);
      this.onTrouble(!response.ok && response.status >= 500);
    } catch {
      this.onTrouble(true);
    } finally {
      this.sending = false;
    }
  }

  stop(): void {
    window.clearInterval(this.timer);
    window.removeEventListener("pagehide", this.leave);
    this.sendLast();
  }

  private request(claims: Claim[], keepalive = false): RequestInit {
    const rows = claims.map(({ person, start, end, rate }) => ({ person, start: Math.round(start), end: Math.round(end), rate }));
    return {
      method: "POST",
      keepalive,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify({ claims: rows }),
    };
  }

  private close(person: string, goOn = false): void {
    const last = this.open.get(person);
    if (!last) return;
    if (last.end - last.start > 80) this.closed.push({ person, start: last.start, end: last.end, rate: last.rate });
    else if (goOn) return;
    if (goOn) this.open.set(person, { ...last, start: last.end });
    else this.open.delete(person);
  }

  private sendLast(): void {
    for (const person of [...this.open.keys()]) this.close(person);
    if (!this.closed.length || this.sending) return;
    void fetch(this.url, this.request(this.closed.slice(0, MOST), true)).catch(() => undefined);
    this.closed = [];
  }
}
