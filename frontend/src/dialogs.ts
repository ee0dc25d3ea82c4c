// Dialogs and questions before an act that can't be undone.
//
// data-dialog="id" opens <dialog id="id">; data-close inside it closes it. data-confirm="question" on a button or
// form asks in the page's own confirm dialog (ui/parts/confirm.html) before it goes on.

function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

function ask(question: string): Promise<boolean> {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(window.confirm(question));
  const text = dialog.querySelector("[data-question]");
  if (text) text.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function onClick(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest<HTMLElement>("[data-dialog]");
  if (opener) {
    event.preventDefault();
    openDialog(opener.dataset.dialog ?? "");
  }
  if (target?.closest("[data-close]")) target.closest("dialog")?.close();
  if (target instanceof HTMLDialogElement && !target.hasAttribute("data-stay")) target.close();
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const button = event.submitter instanceof HTMLElement ? event.submitter : null;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  void ask(question).then((yes) => {
    if (!yes) return;
    form.dataset.confirmed = "1";
    form.requestSubmit(button);
  });
}

export function connectDialogs(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("htmx:confirm", (event) => {
    const detail = (event as CustomEvent<{ question: string | null; issueRequest: (skip: boolean) => void }>).detail;
    if (!detail.question) return;
    event.preventDefault();
    void ask(detail.question).then((yes) => {
      if (yes) detail.issueRequest(true);
    });
  });
}
