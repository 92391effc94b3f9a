import { defineConfig } from "vitest/config";

// One entry for each thing that a page may ask for; the server finds the built names in the manifest.
export default defineConfig({
  publicDir: "public",
  build: {
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: [
        "styles/main.css",
        "editor/editor.css",
        "editor/main.ts",
        "behaviours/main.ts",
        "worker/sw.ts",
        "diagram/frame.ts",
      ],
    },
  },
  resolve: {
    alias: {
      "elkjs/lib/elk.bundled.js": new URL("diagram/no-elk.ts", import.meta.url).pathname,
    },
  },
  server: { fs: { allow: [".."] } },
  // A busy machine is no failure: the long properties take seconds on an idle one.
  test: {
    include: ["**/*.test.ts"],
    environment: "node",
    testTimeout: 60_000,
    // As in a browser: the reader for Node takes other input.
    alias: { mammoth: "mammoth/mammoth.browser.min.js" },
  },
});
