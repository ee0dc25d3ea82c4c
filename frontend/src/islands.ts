// Islands: pieces of a page that need more than a few lines of script.
//
// A template writes <div data-island="upload" data-…>server-rendered fallback</div>; the file
// `src/islands/upload.ts` exports `mount(root: HTMLElement): void | (() => void)`. It is loaded only on pages
// that hold it, reads its facts from `data-` attributes or from <script type="application/json"> inside the root
// (json_script in the template), and returns a function that stops it where it has timers or players.
// An island finds its words in `data-` attributes of the root, so that all translation stays in the templates.

export interface Island {
  mount(root: HTMLElement): void | (() => void);
}

const loaders = import.meta.glob<Island>("./islands/*.ts");
const mounted = new WeakMap<HTMLElement, () => void>();

async function mountOne(root: HTMLElement): Promise<void> {
  const name = root.dataset.island ?? "";
  const load = loaders[`./islands/${name}.ts`];
  if (!load) throw new Error(`no island is named ${name}`);
  root.dataset.islandState = "loading";
  const stop = (await load()).mount(root);
  if (stop) mounted.set(root, stop);
  root.dataset.islandState = "ready";
}

/** A page that leads to an island names it, so that the browser has it by then: data-island-ahead="review-room". */
function fetchAhead(within: ParentNode): void {
  for (const link of within.querySelectorAll<HTMLElement>("[data-island-ahead]")) {
    const load = loaders[`./islands/${link.dataset.islandAhead}.ts`];
    if (load) setTimeout(() => void load().catch(() => undefined), 300);
  }
}

export function mountIslands(within: ParentNode): void {
  const found = [...within.querySelectorAll<HTMLElement>("[data-island]:not([data-island-state])")];
  if (within instanceof HTMLElement && within.matches("[data-island]:not([data-island-state])")) found.push(within);
  for (const root of found) void mountOne(root);
  fetchAhead(within);
}

export function stopIslands(within: Element): void {
  for (const root of [within, ...within.querySelectorAll("[data-island]")]) {
    if (root instanceof HTMLElement) mounted.get(root)?.();
  }
}
