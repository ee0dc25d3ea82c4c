// Resumable uploads (tus 1.0): one file after the other, pause and resume, on where the server says it stands.
// Words come from data-word-… of the root; nothing is uploaded before a person has chosen files.

import { defaultOptions, Upload, type PreviousUpload, type DetailedError } from "tus-js-client";

const CHUNK_BYTES = 64 * 1024 * 1024;
const RETRY_MS = [0, 1000, 3000, 8000, 20000, 60000];

// "received": every byte is there, and a worker reads a large file again before it is sealed.
type State =
  | "waiting"
  | "uploading"
  | "paused"
  | "retrying"
  | "failed"
  | "received"
  | "sealed"
  | "known"
  | "quarantined"
  | "refused";

class Item {
  state: State = "waiting";
  upload: Upload | null = null;
  readonly row = document.createElement("li");
  private readonly text = document.createElement("p");
  private readonly bar = document.createElement("progress");
  private readonly buttons = document.createElement("div");

  constructor(
    readonly file: File,
    private readonly queue: Queue,
  ) {
    const main = document.createElement("div");
    main.className = "list-main";
    const name = document.createElement("p");
    const isolated = document.createElement("bdi");
    isolated.dir = "ltr";
    isolated.textContent = file.name;
    name.append(isolated);
    this.text.className = "small";
    this.bar.max = Math.max(file.size, 1);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.buttons.className = "buttons";
    main.append(name, this.bar, this.text);
    this.row.append(main, this.buttons);
    this.show("waiting");
  }

  show(state: State, detail = ""): void {
    this.state = state;
    const share = this.bar.value / this.bar.max;
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);
    const word = state === "retrying" && detail ? "delayed" : state; // the server said why: no line was lost
    this.text.textContent = [this.queue.word(word), percent, detail].filter(Boolean).join(" · ");
    this.row.dataset.state = state;
    this.offer();
  }

  moved(bytes: number): void {
    this.bar.value = bytes;
    this.show(this.state === "retrying" ? "uploading" : this.state);
  }

  private offer(): void {
    const offers: [string, () => void][] = [];
    if (this.state === "uploading" || this.state === "retrying") offers.push(["pause", () => this.pause()]);
    if (this.state === "paused") offers.push(["resume", () => this.queue.again(this)]);
    if (this.state === "failed") offers.push(["again", () => this.queue.again(this)]);
    if (["waiting", "paused", "failed"].includes(this.state)) offers.push(["cancel", () => this.giveUp()]);
    this.buttons.replaceChildren(
      ...offers.map(([word, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-quiet";
        button.textContent = this.queue.word(word);
        button.addEventListener("click", act);
        return button;
      }),
    );
  }

  private pause(): void {
    void this.upload?.abort();
    this.show("paused");
    this.queue.next();
  }

  private giveUp(): void {
    void this.upload?.abort(true).catch(() => undefined);
    this.row.remove();
    this.queue.forget(this);
  }
}

class Queue {
  private items: Item[] = [];

  constructor(private readonly root: HTMLElement) {}

  word(name: string): string {
    return this.root.getAttribute(`data-word-${name}`) ?? name;
  }

  add(files: Iterable<File>): void {
    const list = this.root.querySelector("[data-list]");
    for (const file of files) {
      const item = new Item(file, this);
      this.items.push(item);
      list?.append(item.row);
    }
    this.next();
  }

  forget(item: Item): void {
    this.items = this.items.filter((other) => other !== item);
    this.next();
  }

  again(item: Item): void {
    item.show("waiting");
    this.next();
  }

  next(): void {
    if (this.items.some((item) => item.state === "uploading" || item.state === "retrying")) return;
    const item = this.items.find((one) => one.state === "waiting");
    if (item) void this.start(item);
  }

  stop(): void {
    for (const item of this.items) void item.upload?.abort();
  }

  private async start(item: Item): Promise<void> {
    item.show("uploading");
    item.upload ??= this.make(item);
    const before: PreviousUpload[] = await item.upload.findPreviousUploads().catch(() => []);
    if (item.state !== "uploading") return;
    if (before[0]) item.upload.resumeFromPreviousUpload(before[0]);
    item.upload.start();
  }

  private make(item: Item): Upload {
    return new Upload(item.file, {
      endpoint: this.root.dataset.endpoint ?? "",
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": this.root.dataset.csrf ?? "" },
      metadata: {
        filename: item.file.webkitRelativePath || item.file.name,
        unit: this.value("unit"),
        serial: this.value("serial"),
      },
      onProgress: (sent) => item.moved(sent),
      onShouldRetry: (error, attempt, options) => {
        const retry = defaultOptions.onShouldRetry?.(error, attempt, options) ?? shouldRetry(error);
        if (retry) item.show("retrying", told(error));
        return retry;
      },
      onAfterResponse: (_request, response) => {
        const outcome = response.getHeader("Upload-Outcome");
        if (outcome) item.row.dataset.outcome = outcome;
      },
      onError: (error) => {
        item.show("failed", told(error));
        this.next();
      },
      onSuccess: () => {
        item.moved(item.file.size);
        item.show((item.row.dataset.outcome as State | undefined) ?? "received");
        this.refresh();
        this.next();
      },
    });
  }

  private value(name: string): string {
    return this.root.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`)?.value.trim() ?? "";
  }

  private refresh(): void {
    const own = document.querySelector<HTMLElement>("[data-own]");
    const address = this.root.dataset.mine;
    if (own && address) void window.htmx.ajax("get", address, { target: own, swap: "innerHTML" });
  }
}

// What the server said of a fault: a sentence for people; a page of a proxy or nothing at all is none.
function told(error: Error | DetailedError): string {
  const body = "originalResponse" in error ? (error.originalResponse?.getBody() ?? "") : "";
  return body.length < 300 && !body.includes("<") ? body : "";
}

// A refusal (4xx) is final but for a busy upload and an offset to ask for again; everything else may pass.
function shouldRetry(error: DetailedError): boolean {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status < 400 || status >= 500 || status === 409 || status === 423;
}

export function mount(root: HTMLElement): () => void {
  const queue = new Queue(root);
  root.querySelector("[data-needs-script]")?.remove();
  const input = root.querySelector<HTMLInputElement>("input[type=file]");
  const take = (): void => {
    if (!input?.files) return;
    queue.add([...input.files]);
    input.value = "";
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    if (event.type === "drop" && event.dataTransfer) queue.add(event.dataTransfer.files);
  };
  input?.addEventListener("change", take);
  root.addEventListener("dragover", drop);
  root.addEventListener("drop", drop);
  return () => {
    queue.stop();
    input?.removeEventListener("change", take);
    root.removeEventListener("dragover", drop);
    root.removeEventListener("drop", drop);
  };
}
