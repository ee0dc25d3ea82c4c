// Light or dark: the choice is kept in a cookie, so that the server paints the first page rightly.

export function connectTheme(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const root = document.documentElement;
      const dark =
        root.dataset.theme === "dark" ||
        (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    });
  }
}
