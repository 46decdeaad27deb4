import type { Page } from "@playwright/test";
import { awake, expect, OWNER, test } from "../house/test.ts";

test("signing in and making a loop need no mouse", async ({ office, open }) => {
  const page = await open(office.server);
  await page.goto("/loops/new");
  await expect(page).toHaveURL(/\/sign-in/);
  await awake(page);

  await tabTo(page, "Name");
  await page.keyboard.type(OWNER.name);
  await tabTo(page, "Password");
  await page.keyboard.type(OWNER.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/loops\/new$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New loop");

  await tabTo(page, "Name");
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("by keyboard is ready");

  await page.goto("/loops");
  await tabTo(page, "by keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Pages of this loop" })).toBeVisible();
});

test("the first stop of the Tab key leads past the navigation", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops");
  await awake(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
});

/** Presses Tab until what has the focus is called so, and insists that the focus can be seen on the way. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    const { label, isVisible } = await focused(page);
    if (label === name) return;
    expect(isVisible, `the focus on “${label}” shows`).toBe(true);
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached “${name}”`);
}

async function focused(page: Page): Promise<{ label: string; isVisible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { label: "", isVisible: true };
    const ofInput = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    const label = element.getAttribute("aria-label") ?? ofInput ?? element.textContent ?? "";
    const { outlineStyle, boxShadow } = getComputedStyle(element);
    return { label: label.trim(), isVisible: outlineStyle !== "none" || boxShadow !== "none" };
  });
}
