import { setTimeout as sleep } from "node:timers/promises";
import { PAGES, SIZES, THEMES } from "../house/pages.ts";
import { awake, test } from "../house/test.ts";

/** So that the curves of the demo have something to show. */
const READING_MS = 45_000;

test("every page, light and dark, wide and narrow", async ({ office, browser }) => {
  test.setTimeout(300_000);
  await sleep(READING_MS);
  for (const theme of THEMES) {
    for (const size of SIZES) {
      const context = await browser.newContext({
        baseURL: office.server.url,
        storageState: office.storageState,
        colorScheme: theme,
        viewport: { width: size.width, height: size.height },
      });
      const page = await context.newPage();
      for (const known of PAGES) {
        await page.goto(known.path(office.places));
        await awake(page);
        // Charts come with the first answer of the live connection.
        await sleep(500);
        await page.screenshot({ path: `screenshots/${known.name}-${theme}-${size.name}.png`, fullPage: true });
      }
      await context.close();
    }
  }
});
