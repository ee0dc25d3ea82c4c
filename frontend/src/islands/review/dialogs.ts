// Sends forms of the room and shows a refusal where it was caused, so that nothing typed is lost.

export class Refused extends Error {}

/** POST a form; the answer's JSON. Throws `Refused` with the server's sentence. */
export async function post<T>(url: string, csrf: string, values: Record<string, string | number | null | undefined>): Promise<T> {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined && value !== "") body.set(name, String(value));
  const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrf } });
  const told = (await response.json().catch(() => ({}))) as T & { message?: string };
  if (!response.ok) throw new Refused(told.message ?? response.statusText);
  return told;
}

/** Open a dialog with a form; `send` runs on submit, its refusal is shown inside, success closes it. */
export function openForm(dialog: HTMLDialogElement, send: (values: FormData) => Promise<void>): void {
  const form = dialog.querySelector("form");
  const error = dialog.querySelector<HTMLElement>("[data-error]");
  if (!form) return;
  if (error) error.textContent = "";
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const submit = form.querySelector<HTMLButtonElement>("button.button-primary");
    if (submit) submit.disabled = true;
    void send(new FormData(form))
      .then(() => {
        form.reset();
        dialog.close();
      })
      .catch((fault: unknown) => {
        if (error) error.textContent = fault instanceof Error ? fault.message : String(fault);
      })
      .finally(() => {
        if (submit) submit.disabled = false;
      });
  };
  form.addEventListener("submit", onSubmit);
  dialog.addEventListener("close", () => form.removeEventListener("submit", onSubmit), { once: true });
  dialog.showModal();
}
