import { defineConfig } from "vite";

// Entries keep their names, so that a template needs no manifest; chunks carry a digest and may be cached for ever.
export default defineConfig({
  base: "./",
  publicDir: false,
  css: { transformer: "lightningcss" },
  build: {
    outDir: "../src/siyanat/ui/static/ui/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome109", "firefox115", "safari16"],
    cssTarget: ["chrome109", "firefox115", "safari16"],
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { eval: false }, // htmx holds an eval that its settings in ui/base.html keep shut
      input: { main: "src/main.ts", style: "src/styles/index.css" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: (asset) => {
          const name = asset.names[0] ?? "";
          if (name.endsWith(".woff2")) return "assets/vazirmatn.woff2";
          return name === "style.css" ? "style.css" : "assets/[name]-[hash][extname]";
        },
      },
    },
  },
});
