import { awake, expect, test } from "../house/test.ts";

test("the palette leads to pages, loops and events, and gives the focus back", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops");
  await awake(page);
  const before = page.getByRole("link", { name: "New loop" }).first();
  await before.focus();

  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Go to or do" });
  await expect(field).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(before).toBeFocused();

  await page.keyboard.press("Control+k");
  await field.fill(office.places.eventId);
  await expect(page.getByRole("option", { name: /^Event/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/loops/${office.places.loopId}/events/`));

  await page.keyboard.press("Control+k");
  await field.fill("settings");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/loops/${office.places.loopId}/settings`);

  await page.keyboard.press("Control+k");
  await field.fill("dark theme");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("single keys lead around, not while somebody types, and can be turned off", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const loop = `/loops/${office.places.loopId}`;
  await page.goto(`${loop}/settings`);
  await awake(page);

  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await expect(page).toHaveURL(`${loop}/events`);

  await page.goto(`${loop}/settings`);
  await awake(page);
  await page.getByRole("textbox", { name: "Name of the loop" }).focus();
  await page.keyboard.type("go?");
  await expect(page).toHaveURL(`${loop}/settings`);

  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByRole("switch").uncheck();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await page.keyboard.press("?");
  await expect(sheet).toBeHidden();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Go to or do" })).toBeFocused();
});

test("the top bar is one row and every tab can be reached on a small screen", async ({ office, open }) => {
  const page = await open(office.server, {
    storageState: office.storageState,
    viewport: { width: 320, height: 640 },
  });
  await page.goto(`/loops/${office.places.loopId}/keys`);
  await awake(page);
  const bar = await page.locator(".topbar").boundingBox();
  expect(bar?.height).toBeLessThanOrEqual(56);
  const current = page.getByRole("navigation", { name: "Pages of this loop" }).getByRole("link", { name: "Keys" });
  await expect(current).toBeInViewport({ ratio: 1 });
});

test("the menu of the account works without script", async ({ office, open }) => {
  const page = await open(office.server, { javaScriptEnabled: false, storageState: office.storageState });
  await page.goto("/loops");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
});
