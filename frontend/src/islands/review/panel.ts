// The lists beside the film: the plan as a queue, marks, questions. Words come from the facts.

import { shown } from "../../jalali";
import type { Facts, Item, Mark } from "./facts";
import { range } from "./words";

export interface PanelEvents {
  onItem(index: number): void;
  onSkip(index: number): void;
  onPutBack(index: number): void;
  onMark(mark: Mark): void;
  onWithdraw(mark: Mark): void;
  onCase(mark: Mark): void;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function button(text: string, act: () => void, className = "button button-small"): HTMLButtonElement {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export class Panel {
  constructor(
    private readonly root: HTMLElement,
    private readonly facts: Facts,
    private readonly events: PanelEvents,
  ) {
    for (const tab of root.querySelectorAll<HTMLButtonElement>("[role=tab]")) {
      tab.addEventListener("click", () => this.open(tab));
      tab.addEventListener("keydown", (event) => this.onTabKey(event, tab));
    }
  }

  private tabs(): HTMLButtonElement[] {
    return [...this.root.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  }

  open(tab: HTMLButtonElement): void {
    for (const one of this.tabs()) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !chosen;
    }
  }

  openNamed(name: string): void {
    const tab = document.getElementById(`tab-${name}`);
    if (tab instanceof HTMLButtonElement) this.open(tab);
  }

  private onTabKey(event: KeyboardEvent, tab: HTMLButtonElement): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    event.stopPropagation();
    const forward = (event.key === "ArrowRight") === (document.documentElement.dir !== "rtl");
    const tabs = this.tabs();
    const next = tabs[(tabs.indexOf(tab) + (forward ? 1 : tabs.length - 1)) % tabs.length];
    if (next) {
      this.open(next);
      next.focus();
    }
  }

  drawPlan(items: Item[], current: number | null): void {
    const list = this.root.querySelector<HTMLElement>("[data-plan]");
    if (!list) return;
    list.replaceChildren(...items.map((item, index) => this.item(item, index, index === current)));
    const left = items.filter((item) => item.state === "waiting").length;
    this.count("plan", left);
  }

  /** Bring the current item into sight without moving the page. */
  reveal(): void {
    const panel = document.getElementById("panel-plan");
    const chosen = panel?.querySelector<HTMLElement>("[aria-current]");
    if (panel && chosen) panel.scrollTop = chosen.offsetTop - panel.clientHeight / 3;
  }

  private item(item: Item, index: number, current: boolean): HTMLLIElement {
    const words = this.facts.words;
    const line = element("li", `item item-${item.state}`);
    if (current) line.setAttribute("aria-current", "true");
    const head = button("", () => this.events.onItem(index), "item-head");
    head.append(element("span", "item-mark"), element("span", "item-title", item.title));
    const time = element("bdi", "item-time", range(item.start, item.end));
    time.dir = "ltr";
    head.append(time);
    const facts = element("p", "item-facts");
    facts.append(element("span", "", item.name), element("span", "item-state", this.state(item)));
    line.append(head, facts);
    if (current) line.append(this.more(item, index));
    else for (const why of item.why.slice(0, 1)) line.append(element("p", "item-why", why));
    if (item.state === "waiting" && item.share > 0) {
      const bar = element("progress", "item-bar");
      bar.max = 1;
      bar.value = item.share;
      bar.setAttribute("aria-label", words.state_watched ?? "");
      line.append(bar);
    }
    return line;
  }

  private state(item: Item): string {
    const words = this.facts.words;
    if (item.state === "skipped") return item.skip;
    if (item.missing) return words.missing ?? "";
    return words[`state_${item.state}`] ?? "";
  }

  private more(item: Item, index: number): HTMLElement {
    const more = element("div", "item-more");
    for (const why of item.why) more.append(element("p", "item-why", why));
    if (item.state === "waiting") more.append(element("p", "item-why", this.facts.words.why_later));
    if (item.state === "waiting") more.append(button(this.facts.words.skip ?? "", () => this.events.onSkip(index)));
    if (item.state === "skipped") more.append(button(this.facts.words.put_back_word ?? "", () => this.events.onPutBack(index)));
    return more;
  }

  drawMarks(): void {
    const list = this.root.querySelector<HTMLElement>("[data-marks]");
    if (!list) return;
    const words = this.facts.words;
    const rows = this.facts.marks.map((mark) => {
      const line = element("li", `item mark-${mark.kind}`);
      const head = button("", () => this.events.onMark(mark), "item-head");
      const time = element("bdi", "item-time", range(mark.start, mark.end));
      time.dir = "ltr";
      head.append(element("span", "item-mark"), element("span", "item-title", mark.label), time);
      line.append(head, element("p", "item-facts", mark.name));
      if (mark.item) line.append(element("p", "item-why", mark.item));
      if (mark.note) line.append(element("p", "item-why", mark.note));
      const acts = element("div", "buttons");
      if (mark.case) acts.append(element("span", "badge badge-info", `${words.case} ${mark.case}`));
      else
        acts.append(
          button(words.open_case ?? "", () => this.events.onCase(mark)),
          button(words.withdraw ?? "", () => this.events.onWithdraw(mark), "button button-small button-quiet"),
        );
      line.append(acts);
      return line;
    });
    list.replaceChildren(...(rows.length ? rows : [element("li", "side-empty", words.no_marks)]));
    this.count("marks", rows.length);
  }

  drawQuestions(): void {
    const list = this.root.querySelector<HTMLElement>("[data-questions]");
    if (!list) return;
    const words = this.facts.words;
    const rows = this.facts.questions.map((question) => {
      const line = element("li", "item");
      line.append(element("p", "item-title", question.text));
      line.append(element("p", "item-facts", `${question.name} · ${question.answer ? words.answered : words.unanswered}`));
      if (question.answer) line.append(element("p", "item-why", question.answer));
      return line;
    });
    list.replaceChildren(...(rows.length ? rows : [element("li", "side-empty", words.no_questions)]));
    this.count("questions", rows.length);
  }

  private count(name: string, value: number): void {
    const place = this.root.querySelector<HTMLElement>(`[data-count-${name}]`);
    if (place) place.textContent = shown(value);
  }
}
