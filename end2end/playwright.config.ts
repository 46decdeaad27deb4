import { defineConfig } from "@playwright/test";
import { findChromium } from "./house/chromium.ts";

const isCI = Boolean(process.env.CI);

export default defineConfig({
  outputDir: "test-results",
  // Each worker runs a server and a browser of its own.
  workers: isCI ? 2 : "50%",
  fullyParallel: true,
  forbidOnly: isCI,
  // A retry would hide what a person would meet.
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: isCI ? "list" : [["list"], ["html", { open: "never" }]],
  use: {
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "UTC",
    launchOptions: {
      executablePath: findChromium(),
      // The browser is here for one local server: no sandbox to set up, and no calls of its own to the world.
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
  projects: [
    { name: "flows", testDir: "flows" },
    { name: "screenshots", testDir: "pictures" },
    { name: "lighthouse", testDir: "lighthouse" },
  ],
});
