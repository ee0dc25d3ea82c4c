// Small behaviours of every page. Each works on `data-` attributes, so that templates need no script of their own,
// and each page works without them: they add comfort, never meaning.

import htmx from "htmx.org";
import { enhanceDates } from "./dates";
import { connectDialogs } from "./dialogs";
import { mountIslands, stopIslands } from "./islands";
import { connectKeys } from "./keys";
import { connectTheme } from "./theme";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;

function enhance(within: ParentNode): void {
  enhanceDates(within);
  mountIslands(within);
  within.querySelector<HTMLElement>("[data-focus]")?.focus();
}

// A link back to where the person came from keeps what they had typed.
function connectBack(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-back]") : null;
    if (link && history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });
}

// A form that reloads a list as soon as a choice changes: <form data-autosubmit>.
function connectFilters(): void {
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control instanceof HTMLSelectElement && control.form?.hasAttribute("data-autosubmit")) control.form.requestSubmit();
  });
}

// The same form is not sent twice by an impatient hand.
function connectOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // An answer that is a download leaves the page where it is: the form is free again after a while.
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset.sent;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target instanceof HTMLFormElement) delete event.target.dataset.sent;
  });
}

connectTheme();
connectDialogs();
connectKeys();
connectBack();
connectFilters();
connectOnce();
enhance(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof HTMLElement && event.target !== document.body) enhance(event.target);
});
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target instanceof Element) stopIslands(event.target);
});
