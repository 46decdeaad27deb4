import { THEMES } from "../house/pages.ts";
import { expect, test } from "../house/test.ts";

// After a change that is wanted: npx playwright test --project=screenshots styleguide --update-snapshots
for (const theme of THEMES) {
  test(`the style guide looks as it did, ${theme}`, async ({ newServer, open }) => {
    const page = await open(newServer, { colorScheme: theme, viewport: { width: 1280, height: 800 } });
    await page.goto("/styleguide");
    await page.evaluate(() => document.fonts.ready);
    // Edges of letters are drawn a little differently by each version of the browser.
    await expect(page).toHaveScreenshot(`styleguide-${theme}.png`, { fullPage: true, maxDiffPixelRatio: 0.01 });
  });
}
