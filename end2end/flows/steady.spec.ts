import { PAGES, SIZES } from "../house/pages.ts";
import { awake, expect, test } from "../house/test.ts";

/**
 * Pages that are opened often. The overview is not among them: in a loop's first minutes what stands above its curve gains
 * and loses lines as the first numbers come in.
 */
const NAMES = ["loops", "events", "settings", "news"];
/** What "good" means of cumulative layout shift; a typeface that comes in late moves the newspaper by half of it. */
const MOST_SHIFT = 0.1;
/** Long enough for whatever comes in late: live numbers, what is worked out meanwhile. */
const LOOKED_AT_MS = 5_000;

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
      await page.waitForTimeout(LOOKED_AT_MS);
      const { sum, shifts } = await page.evaluate(() => {
        const seen = window as unknown as { shiftSum: number; shifts: string[] };
        return { sum: seen.shiftSum, shifts: seen.shifts };
      });
      expect(sum, shifts.join("\n")).toBeLessThan(MOST_SHIFT);
    });
  }
}
