import { awake, expect, test } from "../house/test.ts";

test("a relative time says exactly when to whoever touches it or comes by with the keyboard", async ({ office, open }) => {
  const page = await open(office.server, {
    storageState: office.storageState,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  await page.goto(`/loops/${office.places.loopId}/keys`);
  await awake(page);
  const made = page.locator("td time[tabindex]").first();
  const exactly = () => made.evaluate((element) => getComputedStyle(element, "::after").content);
  expect(await exactly()).toBe("none");

  await made.tap();
  expect(await exactly()).toContain(`${new Date().getUTCFullYear()}`);
  await page.getByRole("heading", { level: 1 }).tap();
  await made.focus();
  expect(await exactly()).toContain("UTC");
});
