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

for (const known of PAGES.filter(({ name }) => NAMES.includes(name))) {
  for (const size of SIZES) {
    test(`nothing on ${known.name} moves by itself, ${size.name}`, async ({ office, open }) => {
      const page = await open(office.server, {
        storageState: known.isForEveryone ? undefined : office.storageState,
        viewport: { width: size.width, height: size.height },
      });
      await page.addInitScript(() => {
        const shifts: string[] = [];
        Object.assign(window, { shifts, shiftSum: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources?: { node?: Node }[] })[]) {
            const names = (entry.sources ?? []).map(({ node }) => (node instanceof Element ? node.outerHTML.slice(0, 80) : ""));
            shifts.push(`${entry.value.toFixed(3)} ${names.join(" | ")}`);
            Object.assign(window, { shiftSum: (window as unknown as { shiftSum: number }).shiftSum + entry.value });
          }
        }).observe({ type: "layout-shift", buffered: true });
      });

      await page.goto(known.path(office.places));
      await awake(page);
      await page.waitForTimeout(LOOKED_AT_OF[known.name] ?? LOOKED_AT_MS);
      const { sum, shifts } = await page.evaluate(() => {
        const seen = window as unknown as { shiftSum: number; shifts: string[] };
        return { sum: seen.shiftSum, shifts: seen.shifts };
      });
      expect(sum, shifts.join("\n")).toBeLessThan(MOST_SHIFT_OF[known.name] ?? MOST_SHIFT);
    });
  }
}
