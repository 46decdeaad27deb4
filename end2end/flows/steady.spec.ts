import type { Page } from "@playwright/test";
import { PAGES, SIZES } from "../house/pages.ts";
import { awake, expect, test } from "../house/test.ts";

/** Pages that are opened often. */
const NAMES = ["loops", "overview", "events", "settings", "news"];
/** Half of what counts as "good" cumulative layout shift; less of the newspaper, where only a typeface comes in late. */
const MOST_SHIFT = 0.05;
const MOST_SHIFT_OF: Record<string, number> = { news: 0.02 };
/** Long enough for whatever comes in late: live numbers, what is worked out meanwhile. */
const LOOKED_AT_MS = 5_000;
/** In a loop's first half minute its headline goes from "too early" to a figure. */
const LOOKED_AT_OF: Record<string, number> = { overview: 20_000 };

interface Shift {
  value: number;
  atMs: number;
  names: string[];
}

/** Rests the pointer on the list of events, where rows come in on top until somebody reads, and says since when. */
async function readRows(page: Page): Promise<number> {
  const box = await page.locator(".events").first().boundingBox();
  if (box === null) throw new Error("there are no events to read");
  await page.mouse.move(box.x + 40, box.y + 40);
  return page.evaluate(() => performance.now());
}

for (const known of PAGES.filter(({ name }) => NAMES.includes(name))) {
  for (const size of SIZES) {
    test(`nothing on ${known.name} moves by itself, ${size.name}`, async ({ office, open }) => {
      const page = await open(office.server, {
        storageState: known.isForEveryone ? undefined : office.storageState,
        viewport: { width: size.width, height: size.height },
      });
      await page.addInitScript(() => {
        const shifts: Shift[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources?: { node?: Node }[] })[]) {
            const names = (entry.sources ?? []).map(({ node }) => (node instanceof Element ? node.outerHTML.slice(0, 80) : ""));
            shifts.push({ value: entry.value, atMs: entry.startTime, names });
          }
        }).observe({ type: "layout-shift", buffered: true });
      });

      await page.goto(known.path(office.places));
      await awake(page);
      const readFromMs = known.name === "events" ? await readRows(page) : 0;
      await page.waitForTimeout(LOOKED_AT_OF[known.name] ?? LOOKED_AT_MS);
      const seen = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
      // Whatever moves the list as a whole moves its frame.
      const isRowsComingIn = ({ atMs, names }: Shift) =>
        atMs < readFromMs && names.some((name) => name.startsWith("<tr")) && !names.some((name) => name.includes("table-frame"));
      const shifts = seen.filter((shift) => !isRowsComingIn(shift));
      const sum = shifts.reduce((sum, { value }) => sum + value, 0);
      const told = shifts.map(({ value, names }) => `${value.toFixed(3)} ${names.join(" | ")}`).join("\n");
      expect(sum, told).toBeLessThan(MOST_SHIFT_OF[known.name] ?? MOST_SHIFT);
    });
  }
}
