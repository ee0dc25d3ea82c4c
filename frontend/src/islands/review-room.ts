// The review room: film, deck, timeline, plan. Pieces are in ./review/; here they are wired to each other and to keys.

import { shown } from "../jalali";
import { Camera } from "./review/camera";
import { Deck } from "./review/deck";
import { openForm, post, Refused } from "./review/dialogs";
import { type Facts, fill, type Item, type Mark, NONE, type Question, type Span, type Standing, type Tracks, within } from "./review/facts";
import { Panel } from "./review/panel";
import { Reporter } from "./review/report";
import { Timeline } from "./review/timeline";
import { length, range, time } from "./review/words";

const SPEEDS = [1, 2, 4, 8];
const NEAR_MS = 120_000;
const FRAME_MS = 40;
const MARK_AROUND_MS = 5_000;
const STILL_MS = 5_000;
const TRACKS_AFTER_MS = 1_500;

class Room {
  private readonly facts: Facts;
  private readonly items: Item[];
  private readonly deck: Deck;
  private readonly timeline: Timeline;
  private readonly panel: Panel;
  private readonly reporter: Reporter | null;
  private readonly csrf: string;
  private readonly films = new Map<string, HTMLElement>();
  private readonly begun = performance.now();
  private current: number | null = null;
  private onlyPlan = true;
  private zoomed = false;
  private markSpan: Span | null = null;
  private large: string | null = null;
  private peekTimer = 0;
  private tracksTimer = 0;
  private saved = 0;
  private said = 0;
  private readonly stops: (() => void)[] = [];

  constructor(private readonly root: HTMLElement) {
    this.facts = JSON.parse(root.querySelector("#room-facts")?.textContent ?? "{}") as Facts;
    this.items = this.facts.plan?.items ?? [];
    this.csrf = root.dataset.csrf ?? "";
    const start = this.startingPoint();
    const cameras = this.facts.bearers.map((bearer) => new Camera(bearer, (this.facts.urls.playlist ?? "").replace(NONE, bearer.id), () => this.onCamera()));
    this.placeFilms(cameras);
    this.reporter = this.facts.urls.played
      ? new Reporter(this.facts.urls.played, this.csrf, (standing) => this.take(standing), (offline) => offline && this.say(this.words.offline ?? ""))
      : null;
    this.panel = new Panel(root, this.facts, {
      onItem: (index) => this.goTo(index, true),
      onSkip: (index) => this.openSkip(index),
      onPutBack: (index) => void this.putBack(index),
      onMark: (mark) => this.seek(mark.start),
      onWithdraw: (mark) => void this.withdraw(mark),
      onCase: (mark) => this.openCase(mark),
    });
    this.deck = new Deck(cameras, start, {
      onTick: (wall) => this.tick(wall),
      onPlayed: (person, wall, rate) => this.reporter?.sample(person, wall, rate),
      onGap: (gap) => gap >= 1000 && this.say(fill(this.words.gap_skipped ?? "", { length: length(gap, this.words) })),
      onEnd: () => this.say(this.words.end ?? ""),
    });
    const state = this;
    this.timeline = new Timeline(this.part("[data-timeline]"), this.part("[data-track-names]"), {
      facts: this.facts,
      items: this.items,
      get current() {
        return state.current;
      },
      pending: (person) => this.reporter?.pending(person) ?? [],
    });
    this.connect();
    this.chooseAt(start);
    this.redraw();
    this.tracksTimer = window.setTimeout(() => this.askTracks(), TRACKS_AFTER_MS);
    root.dataset.ready = "1";
  }

  stop(): void {
    this.deck.stop();
    this.timeline.stop();
    this.reporter?.stop();
    window.clearTimeout(this.tracksTimer);
    for (const stop of this.stops) stop();
  }

  private get words(): Record<string, string> {
    return this.facts.words;
  }

  private part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = document.querySelector<T>(selector);
    if (!found) throw new Error(`the room has no ${selector}`);
    return found;
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return document.querySelector<T>(selector);
  }

  // Where to begin: where one left off, else at the first item that waits, else at the first footage.

  private startingPoint(): number {
    const kept = Number(localStorage.getItem(`room:${this.facts.key}`));
    if (kept >= this.facts.window[0] && kept < this.facts.window[1]) return kept;
    const waiting = this.items.find((item) => item.state === "waiting");
    if (waiting) return waiting.start;
    const starts = this.facts.bearers.flatMap((bearer) => bearer.clips.map((clip) => clip.start));
    return starts.length ? Math.min(...starts) : this.facts.window[0];
  }

  /** What the detectors found can wait for the first picture, and waits for it no longer than a moment. */
  private askTracks(): void {
    if (!this.tracksTimer) return;
    window.clearTimeout(this.tracksTimer);
    this.tracksTimer = 0;
    void this.loadTracks();
  }

  private async loadTracks(): Promise<void> {
    const url = this.facts.urls.tracks;
    if (!url) return;
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.ok) this.timeline.setTracks((await response.json()) as Record<string, Tracks>);
  }

  // Film.

  private placeFilms(cameras: Camera[]): void {
    const place = this.part("[data-films]");
    place.dataset.count = String(cameras.length);
    for (const camera of cameras) {
      const figure = document.createElement("figure");
      figure.className = "film";
      const caption = document.createElement("figcaption");
      const listen = document.createElement("button");
      listen.type = "button";
      listen.className = "film-listen";
      listen.addEventListener("click", () => {
        this.deck.listen(camera);
        this.drawFilms();
      });
      const name = document.createElement("span");
      name.textContent = camera.bearer.name;
      caption.append(name, listen);
      const note = document.createElement("p");
      note.className = "film-note";
      figure.append(camera.video, note, caption);
      camera.video.addEventListener("click", () => this.deck.toggle());
      camera.video.addEventListener("loadeddata", () => this.root.dataset.firstFrameMs ?? (this.root.dataset.firstFrameMs = String(Math.round(performance.now() - this.begun))));
      this.films.set(camera.bearer.id, figure);
      place.append(figure);
    }
  }

  private onCamera(): void {
    this.deck?.nudge();
    if (this.deck?.cameras.every((one) => one.isReady || !one.stretches.length)) this.askTracks();
    this.drawFilms();
  }

  private drawFilms(): void {
    if (!this.deck) return;
    const item = this.current === null ? null : this.items[this.current];
    for (const camera of this.deck.cameras) {
      const figure = this.films.get(camera.bearer.id);
      if (!figure) continue;
      const covers = camera.covers(this.deck.wall);
      figure.classList.toggle("film-dark", !covers);
      figure.classList.toggle("film-chosen", item?.person === camera.bearer.id && this.deck.cameras.length > 1);
      figure.hidden = this.large !== null && this.large !== camera.bearer.id;
      const note = figure.querySelector(".film-note");
      const text = this.note(camera, covers);
      if (note && note.textContent !== text) note.textContent = text;
      const listen = figure.querySelector<HTMLButtonElement>(".film-listen");
      const heard = this.deck.listened === camera;
      if (listen && listen.ariaPressed !== String(heard)) {
        listen.setAttribute("aria-pressed", String(heard));
        listen.textContent = (heard ? this.words.listening : this.words.listen) ?? "";
      }
    }
  }

  private note(camera: Camera, covers: boolean): string {
    if (within(camera.bearer.hidden, this.deck.wall)) return this.words.private ?? "";
    if (!covers) return this.words.no_footage ?? "";
    if (camera.failed) return this.words.failed ?? "";
    return camera.video.readyState < 2 ? `${this.words.loading ?? ""}…` : "";
  }

  // Time.

  private tick(wall: number): void {
    if (!this.timeline) return;
    const clock = this.part("[data-clock]");
    const text = time(wall);
    if (clock.textContent !== text) clock.textContent = text;
    this.root.dataset.wall = String(Math.round(wall));
    this.root.dataset.playing = this.deck.playing ? "1" : "";
    this.root.classList.toggle("is-playing", this.deck.playing);
    if (this.deck.playing && this.onlyPlan) this.keepToPlan(wall);
    if (this.zoomed && (wall < this.timeline.view[0] || wall > this.timeline.view[1] - NEAR_MS / 10)) this.zoomAround(wall);
    this.timeline.drawHead(wall, this.markSpan);
    this.drawFilms();
    const now = Date.now();
    if (now - this.saved > 1_000) {
      this.saved = now;
      localStorage.setItem(`room:${this.facts.key}`, String(Math.round(wall)));
      this.tellSlider(wall);
    }
  }

  private tellSlider(wall: number): void {
    const slider = this.timeline.root;
    const [from, to] = this.facts.window;
    slider.setAttribute("aria-valuemax", String(Math.round((to - from) / 1000)));
    slider.setAttribute("aria-valuenow", String(Math.round((wall - from) / 1000)));
    slider.setAttribute("aria-valuetext", time(wall));
  }

  /** In plan mode the film goes from item to item; what lies between is not shown. */
  private keepToPlan(wall: number): void {
    const item = this.current === null ? null : this.items[this.current];
    if (!item || (wall >= item.start - 1_000 && wall < item.end)) return;
    if (wall < item.start - 1_000) return;
    const under = this.items.findIndex((one) => one.start <= wall && wall < one.end && one.state === "waiting");
    if (under >= 0) {
      this.choose(under);
      return;
    }
    const next = this.nextWaiting(this.current ?? -1);
    if (next === null) {
      this.deck.pause();
      void this.reporter?.flush();
      this.say((this.items.some((one) => one.state === "waiting") ? this.words.end : this.words.all_done) ?? "");
    } else this.goTo(next, true);
  }

  private nextWaiting(after: number): number | null {
    const order = [...this.items.keys()].slice(after + 1).concat([...this.items.keys()].slice(0, after + 1));
    const reported = (item: Item): boolean => {
      const spans = this.reporter?.pending(item.person) ?? [];
      const played = spans.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, item.end) - Math.max(start, item.start)), 0);
      return item.share + played / (item.end - item.start) >= 0.95;
    };
    return order.find((index) => this.items[index]!.state === "waiting" && !reported(this.items[index]!)) ?? null;
  }

  private seek(wall: number): void {
    const [from, to] = this.facts.window;
    const at = Math.min(to - 1, Math.max(from, wall));
    this.root.dataset.seekAt = String(performance.now());
    this.deck.seek(at);
    this.chooseAt(at);
  }

  private chooseAt(wall: number): void {
    const index = this.items.findIndex((item) => item.start <= wall && wall < item.end);
    if (index >= 0) this.choose(index);
  }

  private choose(index: number): void {
    if (this.current === index) return;
    this.current = index;
    const item = this.items[index];
    const camera = this.deck?.cameras.find((one) => one.bearer.id === item?.person);
    if (camera && this.deck) {
      this.deck.listen(camera);
      if (this.large !== null) this.large = camera.bearer.id;
    }
    this.redraw();
    this.panel.reveal();
  }

  private goTo(index: number, play: boolean): void {
    const item = this.items[index];
    if (!item) return;
    this.choose(index);
    this.deck.seek(item.start);
    if (this.zoomed) this.zoomAround(item.start);
    if (play && item.state !== "empty" && item.state !== "restricted") this.deck.play();
  }

  private step(by: number): void {
    if (!this.items.length) return;
    if (by > 0) {
      const next = this.nextWaiting(this.current ?? -1);
      this.goTo(next ?? Math.min(this.items.length - 1, (this.current ?? -1) + 1), this.deck.playing || this.current !== null);
    } else this.goTo(Math.max(0, (this.current ?? 0) - 1), this.deck.playing);
  }

  // What the server believes.

  private take(standing: Standing): void {
    for (const bearer of this.facts.bearers) bearer.watched = standing.watched[bearer.id] ?? bearer.watched;
    const told = this.items.filter((item) => item.state !== "watched" && standing.items[String(item.id)]?.state === "watched");
    for (const item of this.items) Object.assign(item, standing.items[String(item.id)] ?? {});
    if (this.facts.plan) {
      this.facts.plan.left_ms = standing.left_ms;
      this.facts.plan.left_items = standing.left_items;
    }
    const last = told.at(-1);
    if (last) {
      this.say([`${time(last.start)}: ${last.title}.`, ...last.why].join(" "));
      void this.loadTracks();
    }
    this.redraw();
  }

  private redraw(): void {
    if (!this.timeline) return;
    this.panel.drawPlan(this.items, this.current);
    this.panel.drawMarks();
    this.panel.drawQuestions();
    this.timeline.drawGround();
    this.drawLeft();
    this.drawSpeeds();
  }

  private drawLeft(): void {
    const plan = this.facts.plan;
    const left = this.find("[data-left]");
    if (!plan || !left) return;
    const done = this.items.length - plan.left_items;
    left.textContent = plan.left_items ? fill(this.words.left ?? "", { time: length(plan.left_ms, this.words) }) : (this.words.all_done ?? "");
    this.part("[data-left-items]").textContent = fill(this.words.left_items ?? "", { count: shown(done), total: shown(this.items.length) });
    const bar = this.part<HTMLProgressElement>("[data-left-bar]");
    bar.value = this.items.length ? done / this.items.length : 1;
    this.root.dataset.left = String(plan.left_items);
  }

  private drawSpeeds(): void {
    const place = this.part("[data-speeds]");
    if (!place.childElementCount) {
      for (const speed of SPEEDS) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "deck-button";
        made.dataset.speed = String(speed);
        made.textContent = `${shown(speed)}×`;
        made.addEventListener("click", () => this.setRate(speed));
        place.append(made);
      }
    }
    for (const made of place.querySelectorAll<HTMLElement>("[data-speed]")) made.setAttribute("aria-pressed", String(Number(made.dataset.speed) === this.deck.rate));
    if (!SPEEDS.includes(this.deck.rate)) place.dataset.other = `${shown(this.deck.rate)}×`;
    else delete place.dataset.other;
  }

  private setRate(rate: number): void {
    this.deck.setRate(rate);
    this.drawSpeeds();
    this.say(`${this.words.speed ?? ""} ${shown(this.deck.rate)}×`);
  }

  private say(text: string): void {
    const place = this.part("[data-say]");
    place.textContent = text;
    window.clearTimeout(this.said);
    this.said = window.setTimeout(() => (place.textContent = ""), 6_000);
  }

  // Timeline.

  private zoomAround(wall: number): void {
    const [from, to] = this.facts.window;
    const start = Math.max(from, Math.min(wall - NEAR_MS / 4, to - NEAR_MS));
    this.timeline.view = [start, Math.min(to, start + NEAR_MS)];
    this.timeline.drawGround();
  }

  private toggleZoom(): void {
    this.zoomed = !this.zoomed;
    const button = this.find("[data-act=zoom]");
    button?.setAttribute("aria-pressed", String(this.zoomed));
    const word = this.find("[data-zoom-word]");
    if (word) word.textContent = (this.zoomed ? this.words.zoom_all : this.words.zoom_near) ?? "";
    if (this.zoomed) this.zoomAround(this.deck.wall);
    else {
      this.timeline.view = [...this.facts.window];
      this.timeline.drawGround();
    }
  }

  private peek(event: PointerEvent): void {
    const box = this.timeline.root.getBoundingClientRect();
    const at = this.timeline.at(event.clientX - box.left);
    const bearer = this.timeline.bearerAt(event.clientY - box.top);
    const peek = this.part("[data-peek]");
    const image = this.part<HTMLImageElement>("[data-peek-image]");
    const why = this.timeline.finding(at, bearer);
    this.part("[data-peek-text]").textContent = [time(at), bearer?.name ?? "", why].filter(Boolean).join(" · ");
    peek.hidden = false;
    const half = peek.offsetWidth / 2;
    peek.style.left = `${Math.min(box.width - half, Math.max(half, event.clientX - box.left))}px`;
    window.clearTimeout(this.peekTimer);
    const clip = bearer?.clips.find((one) => one.start <= at && at < one.end);
    const isOpen = clip && bearer && !within(bearer.hidden, at) && bearer.pieces.some(([start, long]) => start <= at && at < start + long);
    image.hidden = !isOpen;
    if (!clip || !isOpen) return;
    const ms = Math.floor((at - clip.start) / STILL_MS) * STILL_MS;
    const url = (this.facts.urls.still ?? "").replace(NONE, clip.id).replace(/\/0\.jpg$/, `/${ms}.jpg`);
    if (image.getAttribute("src") === url) return;
    image.removeAttribute("src"); // no picture rather than that of another moment
    this.peekTimer = window.setTimeout(() => (image.src = url), 90);
  }

  // Marks.

  private openMark(): void {
    const form = this.find<HTMLFormElement>("[data-mark-form]");
    if (!form) return;
    const wall = this.deck.wall;
    const [from, to] = this.facts.window;
    this.markSpan = [Math.max(from, wall - MARK_AROUND_MS), Math.min(to, wall + MARK_AROUND_MS)];
    form.hidden = false;
    const person = this.part<HTMLSelectElement>("[data-mark-person]");
    person.value = (this.deck.listened ?? this.deck.cameras[0])?.bearer.id ?? "";
    this.part("[data-mark-error]").textContent = "";
    this.drawMark();
    form.querySelector<HTMLInputElement>("input[name=kind]:checked")?.focus();
  }

  private closeMark(): void {
    const form = this.find<HTMLFormElement>("[data-mark-form]");
    if (!form || form.hidden) return;
    form.hidden = true;
    form.reset();
    this.markSpan = null;
    this.timeline.root.focus();
  }

  private get isMarking(): boolean {
    return this.markSpan !== null;
  }

  private drawMark(): void {
    if (this.markSpan) this.part("[data-mark-range]").textContent = range(...this.markSpan);
    this.timeline.drawHead(this.deck.wall, this.markSpan);
  }

  private bound(end: 0 | 1): void {
    if (!this.isMarking) this.openMark();
    if (!this.markSpan) return;
    this.markSpan[end] = this.deck.wall;
    if (this.markSpan[1] <= this.markSpan[0]) this.markSpan[1 - end] = this.deck.wall + (end ? -1_000 : 1_000);
    this.drawMark();
  }

  private buildMarkForm(): void {
    const place = this.find("[data-mark-kinds]");
    if (!place) return;
    this.facts.kinds.forEach(([kind, label], index) => {
      const line = document.createElement("label");
      line.className = `mark-kind mark-${kind}`;
      const input = document.createElement("input");
      input.type = "radio";
      input.name = "kind";
      input.value = kind;
      input.required = true;
      input.defaultChecked = index === 0;
      const key = document.createElement("kbd");
      key.textContent = shown(index + 1);
      line.append(input, key, document.createTextNode(label));
      place.append(line);
    });
    for (const select of document.querySelectorAll<HTMLSelectElement>("[data-mark-person], [data-ask-person]")) {
      for (const bearer of this.facts.bearers) select.add(new Option(bearer.name, bearer.id));
    }
    const items = this.part<HTMLSelectElement>("[data-mark-item]");
    for (const theme of new Set(this.facts.conduct.map((one) => one[2]))) {
      const group = document.createElement("optgroup");
      group.label = theme;
      for (const [id, title, its] of this.facts.conduct) if (its === theme) group.append(new Option(title, String(id)));
      items.append(group);
    }
    this.part<HTMLFormElement>("[data-mark-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.saveMark();
    });
  }

  private async saveMark(): Promise<void> {
    const form = this.part<HTMLFormElement>("[data-mark-form]");
    const kind = form.querySelector<HTMLInputElement>("input[name=kind]:checked");
    if (!this.markSpan || !kind) return;
    try {
      const mark = await post<Mark>(this.facts.urls.marks ?? "", this.csrf, {
        person: this.part<HTMLSelectElement>("[data-mark-person]").value,
        kind: kind.value,
        start: Math.round(this.markSpan[0]),
        end: Math.round(this.markSpan[1]),
        note: this.part<HTMLTextAreaElement>("[data-mark-note]").value,
        conduct_item: this.part<HTMLSelectElement>("[data-mark-item]").value,
      });
      this.facts.marks.push(mark);
      this.facts.marks.sort((one, other) => one.start - other.start);
      this.closeMark();
      this.panel.openNamed("marks");
      this.redraw();
      this.say(this.words.saved ?? "");
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      this.part("[data-mark-error]").textContent = fault.message;
    }
  }

  private async withdraw(mark: Mark): Promise<void> {
    try {
      await post((this.facts.urls.withdraw ?? "").replace(NONE, mark.id), this.csrf, {});
      this.facts.marks.splice(this.facts.marks.indexOf(mark), 1);
      this.redraw();
      this.say(this.words.withdrawn ?? "");
    } catch (fault) {
      this.say(fault instanceof Error ? fault.message : "");
    }
  }

  // Dialogs.

  private dialog(name: string): HTMLDialogElement {
    this.deck.pause();
    return this.part<HTMLDialogElement>(`#room-${name}`);
  }

  private openCase(mark: Mark): void {
    const dialog = this.dialog("case");
    this.part("[data-case-mark]").textContent = `${mark.label} · ${mark.name} · ${range(mark.start, mark.end)}`;
    openForm(dialog, async (values) => {
      const told = await post<{ case: string }>((this.facts.urls.case ?? "").replace(NONE, mark.id), this.csrf, { text: String(values.get("text") ?? "") });
      mark.case = told.case;
      this.redraw();
      this.say(this.words.case_opened ?? "");
    });
  }

  private openSkip(index: number): void {
    const item = this.items[index];
    if (!item) return;
    const dialog = this.dialog("skip");
    this.part("[data-skip-item]").textContent = `${item.title} · ${range(item.start, item.end)}`;
    openForm(dialog, async (values) => {
      await this.sendSkip(item, { reason: String(values.get("reason")), note: String(values.get("note") ?? "") });
      this.say(this.words.skipped ?? "");
    });
  }

  private async putBack(index: number): Promise<void> {
    const item = this.items[index];
    if (!item) return;
    await this.sendSkip(item, {});
    this.say(this.words.put_back ?? "");
  }

  private async sendSkip(item: Item, values: Record<string, string>): Promise<void> {
    await this.reporter?.flush();
    await post((this.facts.urls.skip ?? "").replace("/0/", `/${item.id}/`), this.csrf, values);
    await this.refresh();
  }

  /** Ask the server how everything stands: an empty report. */
  private async refresh(): Promise<void> {
    const response = await fetch(this.facts.urls.played ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify({ claims: [] }),
    });
    if (response.ok) this.take((await response.json()) as Standing);
  }

  private openAsk(): void {
    if (!this.facts.urls.ask) return;
    const dialog = this.dialog("ask");
    const span: Span = this.markSpan ?? this.gapAt(this.deck.wall) ?? [this.deck.wall - MARK_AROUND_MS, this.deck.wall + MARK_AROUND_MS];
    this.part("[data-ask-range]").textContent = range(...span);
    this.part<HTMLSelectElement>("[data-ask-person]").value = (this.deck.listened ?? this.deck.cameras[0])?.bearer.id ?? "";
    openForm(dialog, async (values) => {
      const about = values.get("with_span") === "on";
      const question = await post<Question>(this.facts.urls.ask ?? "", this.csrf, {
        person: String(values.get("person")),
        text: String(values.get("text") ?? ""),
        start: about ? Math.round(span[0]) : null,
        end: about ? Math.round(span[1]) : null,
      });
      this.facts.questions.push(question);
      this.panel.openNamed("questions");
      this.redraw();
      this.say(this.words.asked ?? "");
    });
  }

  /** The missing stretch around a moment, so that one can ask about it. */
  private gapAt(wall: number): Span | null {
    for (const bearer of this.facts.bearers) {
      for (const [kind, start, end] of bearer.stretches) if (kind !== "recorded" && start <= wall && wall < end) return [start, end];
    }
    return null;
  }

  private async openSignOff(): Promise<void> {
    const dialog = this.dialog("sign-off");
    await this.reporter?.flush();
    await this.refresh();
    const list = this.part("[data-sign-list]");
    const lines = [
      this.find("[data-left]")?.textContent ?? "",
      this.find("[data-left-items]")?.textContent ?? "",
      `${this.words.row_marks ?? ""}: ${shown(this.facts.marks.length)}`,
    ];
    list.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
      }),
    );
    openForm(dialog, async (values) => {
      const told = await post<{ url: string }>(this.facts.urls.sign_off ?? "", this.csrf, { text: String(values.get("text") ?? "") });
      localStorage.removeItem(`room:${this.facts.key}`);
      window.location.assign(told.url);
    });
  }

  // Keys and buttons.

  private connect(): void {
    this.buildMarkForm();
    const acts: Record<string, () => void> = {
      play: () => this.deck.toggle(),
      next: () => this.step(1),
      previous: () => this.step(-1),
      zoom: () => this.toggleZoom(),
      mark: () => (this.isMarking ? this.closeMark() : this.openMark()),
      "mark-close": () => this.closeMark(),
      "mark-from": () => this.bound(0),
      "mark-to": () => this.bound(1),
      ask: () => this.openAsk(),
      help: () => this.dialog("help").showModal(),
      "sign-off": () => void this.openSignOff(),
      "only-plan": () => this.toggleOnlyPlan(),
    };
    const onClick = (event: MouseEvent): void => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
      const act = acts[button?.dataset.act ?? ""];
      if (button && act) act();
    };
    const onKey = (event: KeyboardEvent): void => this.onKey(event, acts);
    const onHidden = (): void => {
      if (document.hidden) this.deck.pause();
    };
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    document.addEventListener("visibilitychange", onHidden);
    this.stops.push(() => document.removeEventListener("click", onClick), () => document.removeEventListener("keydown", onKey));
    this.stops.push(() => document.removeEventListener("visibilitychange", onHidden));
    const line = this.timeline.root;
    line.addEventListener("pointermove", (event) => this.peek(event));
    line.addEventListener("pointerleave", () => (this.part("[data-peek]").hidden = true));
    line.addEventListener("pointerdown", (event) => {
      this.seek(this.timeline.at(event.clientX - line.getBoundingClientRect().left));
      line.focus({ preventScroll: true });
    });
  }

  private toggleOnlyPlan(): void {
    if (!this.items.length) return;
    this.onlyPlan = !this.onlyPlan;
    this.find("[data-act=only-plan]")?.setAttribute("aria-pressed", String(this.onlyPlan));
  }

  private toggleLarge(): void {
    const ids = this.deck.cameras.map((camera) => camera.bearer.id);
    const at = this.large === null ? -1 : ids.indexOf(this.large);
    this.large = at + 1 < ids.length && ids.length > 1 ? (ids[at + 1] ?? null) : null;
    this.part("[data-films]").dataset.count = this.large ? "1" : String(ids.length);
    this.drawFilms();
  }

  private nudge(ms: number): void {
    this.seek(this.deck.wall + ms);
  }

  private onKey(event: KeyboardEvent, acts: Record<string, () => void>): void {
    const target = event.target instanceof HTMLElement ? event.target : null;
    const isTyping = !!target && (/^(TEXTAREA|SELECT)$/.test(target.tagName) || (target instanceof HTMLInputElement && target.type !== "radio"));
    if (this.isMarking && event.key === "Enter" && (event.ctrlKey || (!isTyping && target?.tagName !== "BUTTON"))) {
      event.preventDefault();
      void this.saveMark();
      return;
    }
    if (this.isMarking && event.key === "Escape") {
      this.closeMark();
      return;
    }
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (target?.getAttribute("role") === "tab" && event.key.startsWith("Arrow")) return;
    if (event.code === "Space" && target?.tagName === "BUTTON" && !target.matches("[data-act=play]")) return;
    if (this.onDigit(event)) return;
    const keys: Record<string, () => void> = {
      Space: () => this.deck.toggle(),
      KeyK: () => this.deck.toggle(),
      KeyJ: () => this.nudge(-10_000),
      KeyL: () => (this.deck.playing ? this.setRate(this.deck.rate * 2) : this.deck.play()),
      ArrowLeft: () => this.nudge(event.shiftKey ? -60_000 : -5_000),
      ArrowRight: () => this.nudge(event.shiftKey ? 60_000 : 5_000),
      Comma: () => this.frame(-1),
      Period: () => this.frame(1),
      KeyN: acts.next!,
      KeyP: acts.previous!,
      KeyO: acts["only-plan"]!,
      KeyM: acts.mark!,
      KeyQ: acts.ask!,
      KeyZ: acts.zoom!,
      KeyV: () => this.toggleLarge(),
      KeyS: () => this.current !== null && this.items[this.current]?.state === "waiting" && this.openSkip(this.current),
      BracketLeft: () => this.bound(0),
      BracketRight: () => this.bound(1),
    };
    // The physical key, so that a Persian keyboard works too; "?" wherever it is.
    const act = event.key === "?" || event.key === "؟" ? acts.help : keys[event.code];
    if (!act || (!this.items.length && ["KeyN", "KeyP", "KeyO", "KeyM", "KeyQ", "BracketLeft", "BracketRight"].includes(event.code))) return;
    event.preventDefault();
    act();
  }

  private onDigit(event: KeyboardEvent): boolean {
    const digit = /^(?:Digit|Numpad)([1-8])$/.exec(event.code)?.[1];
    if (!digit || event.shiftKey) return false;
    event.preventDefault();
    if (this.isMarking) {
      const inputs = document.querySelectorAll<HTMLInputElement>("[data-mark-form] input[name=kind]");
      const input = inputs[Number(digit) - 1];
      if (input) {
        input.checked = true;
        input.focus();
      }
    } else this.setRate(Number(digit));
    return true;
  }

  private frame(by: number): void {
    this.deck.pause();
    this.deck.seek(this.deck.wall + by * FRAME_MS);
  }
}

export function mount(root: HTMLElement): () => void {
  const room = new Room(root);
  return () => room.stop();
}
