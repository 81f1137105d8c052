import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["typescript/tests/**/*.test.ts", "web/tests/**/*.test.{ts,tsx}"] },
});
