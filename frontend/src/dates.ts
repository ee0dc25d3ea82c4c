// The Jalali date picker: a button beside <input data-jalali-date>, which may also be typed in. The widget's
// words come from data- attributes that the server translated (ui/forms.py).

import { type Day, format, fromDayNumber, monthLength, parse, shown, toDayNumber, today, weekday } from "./jalali";

const same = (a: Day | null, b: Day): boolean => !!a && a.year === b.year && a.month === b.month && a.day === b.day;

class Picker {
  private readonly panel = document.createElement("div");
  private readonly opener = document.createElement("button");
  private focused: Day = today();

  constructor(private readonly input: HTMLInputElement) {
    const wrap = document.createElement("span");
    wrap.className = "date-wrap";
    input.replaceWith(wrap);
    this.opener.type = "button";
    this.opener.className = "date-open";
    this.opener.setAttribute("aria-label", this.words("open"));
    this.opener.setAttribute("aria-expanded", "false");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M4 6h16v14H4ZM4 10h16M8 3v4M16 3v4");
    svg.append(path);
    this.opener.append(svg);
    this.panel.className = "date-panel";
    this.panel.hidden = true;
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-label", this.words("open"));
    wrap.append(input, this.opener, this.panel);
    this.opener.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    this.panel.addEventListener("keydown", (event) => this.onKey(event));
    this.panel.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && document.contains(event.target) && !wrap.contains(event.target)) this.close();
    });
  }

  private words(name: string): string {
    return this.input.dataset[name] ?? "";
  }

  private open(): void {
    this.focused = parse(this.input.value) ?? today();
    this.panel.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.draw(true);
  }

  private close(refocus = false): void {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    if (refocus) this.opener.focus();
  }

  private choose(day: Day): void {
    const time = /\s(\S+)$/.exec(this.input.value.trim());
    this.input.value = time && parse(this.input.value) ? `${format(day)} ${time[1]}` : format(day);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
    this.input.focus();
  }

  private shiftMonth(by: number): void {
    const index = this.focused.year * 12 + this.focused.month - 1 + by;
    const year = Math.floor(index / 12);
    const month = (index % 12) + 1;
    this.focused = { year, month, day: Math.min(this.focused.day, monthLength(year, month)) };
  }

  private onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button") : null;
    if (!button) return;
    event.stopPropagation();
    if (button.dataset.step) {
      this.shiftMonth(Number(button.dataset.step));
      this.draw(false);
      this.panel.querySelector<HTMLElement>(`[data-step="${button.dataset.step}"]`)?.focus();
    } else if (button.dataset.today !== undefined) this.choose(today());
    else if (button.dataset.number) this.choose(fromDayNumber(Number(button.dataset.number)));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close(true);
      return;
    }
    if (!(event.target instanceof HTMLElement) || !event.target.dataset.number) return;
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const steps: Record<string, number> = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: 7, ArrowUp: -7 };
    const step = steps[event.key];
    if (step !== undefined) this.focused = fromDayNumber(toDayNumber(this.focused) + step);
    else if (event.key === "PageDown") this.shiftMonth(1);
    else if (event.key === "PageUp") this.shiftMonth(-1);
    else return;
    event.preventDefault();
    this.draw(true);
  }

  private draw(focus: boolean): void {
    const { year, month } = this.focused;
    const months = this.words("months").split("|");
    const weekdays = this.words("weekdays").split("|");
    const head = document.createElement("div");
    head.className = "date-head";
    const title = document.createElement("strong");
    title.setAttribute("aria-live", "polite");
    title.textContent = `${months[month - 1] ?? ""} ${shown(year)}`;
    head.append(this.stepButton(-1, this.words("before")), title, this.stepButton(1, this.words("after")));
    const table = document.createElement("table");
    const header = table.createTHead().insertRow();
    for (const name of weekdays) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      header.append(cell);
    }
    this.drawDays(table.createTBody());
    const foot = document.createElement("button");
    foot.type = "button";
    foot.className = "date-today";
    foot.dataset.today = "";
    foot.textContent = this.words("today");
    this.panel.replaceChildren(head, table, foot);
    if (focus) this.panel.querySelector<HTMLElement>("td button[tabindex='0']")?.focus();
  }

  private drawDays(body: HTMLTableSectionElement): void {
    const { year, month } = this.focused;
    const chosen = parse(this.input.value);
    const now = today();
    let row = body.insertRow();
    for (let blank = weekday({ year, month, day: 1 }); blank > 0; blank -= 1) row.insertCell();
    for (let day = 1; day <= monthLength(year, month); day += 1) {
      if (row.cells.length === 7) row = body.insertRow();
      const at = { year, month, day };
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = shown(day);
      button.dataset.number = String(toDayNumber(at));
      button.tabIndex = same(this.focused, at) ? 0 : -1;
      if (same(chosen, at)) button.setAttribute("aria-pressed", "true");
      if (same(now, at)) button.setAttribute("aria-current", "date");
      row.insertCell().append(button);
    }
  }

  private stepButton(step: number, label: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = step < 0 ? "date-step date-step-before" : "date-step";
    button.dataset.step = String(step);
    button.setAttribute("aria-label", label);
    return button;
  }
}

export function enhanceDates(within: ParentNode): void {
  for (const input of within.querySelectorAll<HTMLInputElement>("input[data-jalali-date]:not([data-enhanced])")) {
    input.dataset.enhanced = "1";
    new Picker(input);
  }
}
