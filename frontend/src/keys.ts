// Keys of every page: "/" goes to the search box, a letter in data-key="n" presses that link or button.
// Keys are dead while one types or while a dialog is open, and with Ctrl, Alt or Meta held.

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function connectKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const search = document.querySelector<HTMLInputElement>("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
      return;
    }
    // The physical key, so that a Persian keyboard works too.
    const letter = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
    const target = [...document.querySelectorAll<HTMLElement>("[data-key]")].find((element) => element.dataset.key === letter);
    if (target) {
      event.preventDefault();
      target.click();
    }
  });
}
