import { awake, expect, test } from "../house/test.ts";

test("the list of loops renews itself and says truthfully when it cannot", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops");
  await awake(page);
  const pill = page.locator(".live");
  await expect(pill).toHaveText("Live");
  await page.waitForResponse((response) => response.url().includes("load_loops") && response.ok());
  await expect(pill).toHaveText("Live");

  await page.route(/load_loops/, (route) => route.fulfill({ contentType: "application/json", body: '"no list"' }));
  await expect(pill).toHaveText("Reconnecting");
  await page.unroute(/load_loops/);
  await expect(pill).toHaveText("Live", { timeout: 20_000 });
});
