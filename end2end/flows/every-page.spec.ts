import { AxeBuilder } from "@axe-core/playwright";
import { PAGES, SIZES, THEMES } from "../house/pages.ts";
import { awake, expect, test } from "../house/test.ts";

for (const known of PAGES) {
  for (const theme of THEMES) {
    for (const size of SIZES) {
      test(`${known.name} is accessible and fits, ${theme}, ${size.name}`, async ({ office, open }) => {
        const page = await open(office.server, {
          storageState: known.isForEveryone ? undefined : office.storageState,
          colorScheme: theme,
          viewport: { width: size.width, height: size.height },
        });

        const answer = await page.goto(known.path(office.places));
        await awake(page);
        expect(answer?.status()).toBe(known.status ?? 200);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

        const { violations } = await new AxeBuilder({ page }).analyze();
        const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, "the page scrolls sideways").toBeLessThanOrEqual(size.width);
      });
    }
  }
}
