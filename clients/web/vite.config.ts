import { defineConfig } from "vite";

/** The built page is part of the Python package: whoever runs the system needs no Node. */
export default defineConfig({
  build: {
    outDir: "../../api/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
