import type { Page } from "@playwright/test";
import { Api } from "../house/api.ts";
import { awake, becomeOwner, expect, OWNER, test } from "../house/test.ts";

test("from the link to a loop that learned, by keyboard alone", async ({ newServer, open }) => {
  test.setTimeout(180_000);
  const page = await open(newServer);
  await test.step("the owner signs up", async () => {
    await page.goto(await newServer.ownerLink());
    await awake(page);
    await tabTo(page, /^Name$/);
    await page.keyboard.type(OWNER.name);
    await tabTo(page, /^Password$/);
    await page.keyboard.type(OWNER.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/loops");
    await awake(page);
  });

  await test.step("the list of first steps says what to do, and a template fills the form in", async () => {
    const list = page.getByRole("region", { name: /Getting started/ });
    await expect(list).toContainText("0 of 6 done");
    await tabTo(page, /^Banner/);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/template=banner/);
    await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Banner");
    await tabTo(page, /^Create loop$/);
    await page.keyboard.press("Enter");
  });

  await test.step("the page of the new loop is read from its top, and copies its key", async () => {
    const title = page.getByRole("heading", { level: 1 });
    await expect(title).toHaveText("Banner is ready");
    await expect(title).toBeFocused();
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await expect(page.getByText("free-shipping").first()).toBeAttached();
    await tabTo(page, /^Copy Key 1$/);
    await page.keyboard.press("Enter");
  });

  await test.step("simulated visitors come, and the steps are ticked off by themselves", async () => {
    await tabTo(page, /^Send simulated traffic$/);
    await page.keyboard.press("Enter");
    await expect(page.getByText("Running", { exact: true })).toBeVisible();
    const list = page.getByRole("region", { name: /Getting started|All set/ });
    await expect(list).toContainText(/First Rank received (just now|\d+ seconds? ago)/);
    await expect(list).toContainText("5 of 6 done", { timeout: 60_000 });
    await tabTo(page, /^Stop simulated traffic$/);
    await page.keyboard.press("Enter");
    await expect(page.getByText(/Stopped after [\d,]+ made-up visitors/)).toBeVisible();
  });

  await test.step("the charts say that the visitors were made up", async () => {
    await tabTo(page, /^Open the loop$/, true);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("navigation", { name: "Pages of this loop" })).toBeVisible();
    await expect(page.getByText(/Simulated traffic began/).first()).toBeAttached();
  });

  await test.step("the list is put away, stays away, and comes back from Help", async () => {
    await page.goto("/loops");
    await awake(page);
    await tabTo(page, /^Put away/);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: /Getting started/ })).toBeHidden();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Loops");
    await expect(page.getByRole("region", { name: /Getting started/ })).toBeHidden();
    await page.goto("/help");
    await page.getByRole("link", { name: "Show the list of first steps again" }).press("Enter");
    await expect(page.getByRole("region", { name: /Getting started/ })).toBeVisible();
  });
});

test("without script a loop is made from a template, shows its keys, and the list sees its calls", async ({ newServer, open }) => {
  const scripted = await open(newServer);
  await becomeOwner(scripted, await newServer.ownerLink());
  const storageState = await scripted.context().storageState();
  const page = await open(newServer, { storageState, javaScriptEnabled: false });
  await page.goto("/loops");
  await page.getByRole("link", { name: /^Checkout look/ }).click();
  await page.getByRole("button", { name: "Create loop" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Checkout look is ready");
  const key = await page.locator(".made-loop__keys code").first().innerText();
  await expect(page.getByText("one-page").first()).toBeVisible();

  const api = new Api(newServer.url, newServer.adminToken);
  const { eventId } = await api.rank(key, { contextFeatures: [{ device: "phone" }] });
  await api.reward(key, eventId, 1);
  await page.getByRole("link", { name: "Open the loop" }).click();
  const list = page.getByRole("region", { name: /Getting started/ });
  await expect(list).toContainText("First Rank received");
  await expect(list).toContainText("4 of 6 done");
  await list.getByRole("button", { name: /Put away/ }).click();
  await expect(page.getByRole("region", { name: /Getting started/ })).toBeHidden();
});

/** Presses Tab until what has the focus is called so, and insists that the focus can be seen on the way. */
async function tabTo(page: Page, name: RegExp, isBackwards = false): Promise<void> {
  for (let n = 0; n < 120; n += 1) {
    const { label, isVisible } = await focused(page);
    if (name.test(label)) return;
    expect(isVisible, `the focus on “${label}” shows`).toBe(true);
    await page.keyboard.press(isBackwards ? "Shift+Tab" : "Tab");
  }
  throw new Error(`Tab never reached ${name}`);
}

async function focused(page: Page): Promise<{ label: string; isVisible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { label: "", isVisible: true };
    const ofInput = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    const label = element.getAttribute("aria-label") ?? ofInput ?? element.textContent ?? "";
    const looks = [element, element.closest("label") ?? element].map((shown) => getComputedStyle(shown));
    // A title that was given the focus is no stop of the Tab key, and has no frame.
    const isTitle = element.tabIndex < 0;
    return {
      label: label.trim(),
      isVisible: isTitle || looks.some(({ outlineStyle, boxShadow }) => outlineStyle !== "none" || boxShadow !== "none"),
    };
  });
}
