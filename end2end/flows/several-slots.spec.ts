import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Api } from "../house/api.ts";
import { SIZES, THEMES } from "../house/pages.ts";
import { awake, expect, test } from "../house/test.ts";

const ACTIONS = ["news", "sport", "music"].map((id) => ({ id, features: [{ topic: id }] }));
const CONTEXT = { contextFeatures: [{ device: "mobile" }], actions: ACTIONS };
const SLOTS = [
  { id: "Main", features: [{ size: "large" }], baselineAction: "news" },
  { id: "Side Bar", features: [{ size: "small" }], baselineAction: "sport" },
];

test("a loop goes from one slot to several, tells of each, and goes back", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const api = new Api(office.server.url, office.server.adminToken);
  const { id, keys } = await api.createLoop("pages with slots");
  const [key] = keys;
  const loopPath = `/loops/${id}`;

  await test.step("before, a multi-slot Rank is refused", async () => {
    await expect(api.rankSlots(key, { ...CONTEXT, slots: SLOTS, eventId: "too-soon" })).rejects.toThrow("400");
  });

  await test.step("the settings page switches it, instantly, and says what it cannot have then", async () => {
    await page.goto(`${loopPath}/settings`);
    await awake(page);
    const optimisation = page.getByRole("combobox", { name: "Automatic optimisation" });
    await expect(optimisation).toBeEnabled();
    await page.getByRole("combobox", { name: "Slots" }).selectOption("several");
    await expect(optimisation).toBeDisabled();
    await expect(page.getByText("Not with several slots per Rank")).toBeVisible();
    await page.getByRole("button", { name: "Preview changes" }).click();
    const preview = page.getByRole("region", { name: "Preview of your change" });
    await expect(preview.getByRole("row", { name: /^Slots/ })).toContainText("several per Rank");
    await expect(preview).toContainText("Instant");
    await preview.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("Applied. The next Rank uses it.")).toBeVisible();
    await expect(page.getByText("Slots: one action per Rank → several per Rank")).toBeVisible();
  });

  await test.step("a request fills both slots with different actions, and each is rewarded", async () => {
    const filled = await api.rankSlots(key, { ...CONTEXT, slots: SLOTS, eventId: "page-1" });
    expect(filled.slots.map(({ id }) => id)).toEqual(["Main", "Side Bar"]);
    expect(new Set(filled.slots.map(({ rewardActionId }) => rewardActionId)).size).toBe(2);
    await api.rewardSlots(key, "page-1", [{ slotId: "Side Bar", value: 1 }]);
    await api.rewardSlots(key, "page-1", [{ slotId: "Main", value: 0.5 }, { slotId: "Side Bar", value: 0 }]);
  });

  await test.step("the list says that there are two slots", async () => {
    await page.goto(`${loopPath}/events`);
    await awake(page);
    await expect(page.getByRole("row", { name: "page-1" })).toContainText("+ 1 more (2 slots)");
  });

  await test.step("the event's page shows both, with their rewards", async () => {
    await page.goto(`${loopPath}/events/page-1`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("page-1");
    await expect(slot(page, "Main")).toContainText("Stands for this slot: 0.50");
    await expect(slot(page, "Main").getByRole("listitem").filter({ hasText: "news" })).toContainText("baseline");
    await expect(slot(page, "Side Bar")).toContainText("Stands for this slot: 1.00");
    await expect(slot(page, "Side Bar")).toContainText("shown in Main");
    await expect(page.getByText("duplicate: the slot had its reward")).toBeVisible();
    await expect(page.getByRole("main")).toContainText("the mean of its 2 slots");
    await expect(page.getByRole("main")).toContainText("/personalizer/v1.1-preview.3/multislot/rank");
  });

  await test.step("that page is accessible and fits, light and dark, wide and narrow", async () => {
    for (const colorScheme of THEMES) {
      for (const { width, height } of SIZES) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(grave.map(({ id }) => id)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    }
  });

  await test.step("the overview averages over slots", async () => {
    await page.goto(loopPath);
    await awake(page);
    await expect(page.getByRole("main")).toContainText("Means are per slot");
    await expect(page.locator('[data-counter="ranked"] dd').first()).toHaveText("1");
  });

  await test.step("the way back keeps the model", async () => {
    const { modelVersion } = await api.stats(id);
    await page.goto(`${loopPath}/settings`);
    await awake(page);
    await page.getByRole("link", { name: "Go back to this" }).last().click();
    await page.getByRole("button", { name: "Go back to this" }).click();
    await expect(page.getByText("Back to the earlier settings.")).toBeVisible();
    await expect(api.rankSlots(key, { ...CONTEXT, slots: SLOTS, eventId: "too-late" })).rejects.toThrow("400");
    await api.rank(key, { ...CONTEXT, eventId: "plain" });
    expect((await api.stats(id)).modelVersion).toBe(modelVersion);
  });
});

test("a loop made for several slots is shown calls that fill them", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops/new");
  await awake(page);
  await page.getByLabel("Name").fill("made for slots");
  await page.getByText("Environment and slots").click();
  await page.getByRole("radio", { name: /^Several places/ }).check();
  await page.getByRole("button", { name: "Create loop" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("made for slots is ready");
  await expect(page.getByRole("main")).toContainText("/multislot/rank");
  await page.getByRole("radio", { name: "Python", exact: true }).check();
  await expect(page.getByText("rank_multi_slot")).toBeVisible();
});

test("slots are switched without script too", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState, javaScriptEnabled: false });
  const { id } = await new Api(office.server.url, office.server.adminToken).createLoop("slots without script");
  await page.goto(`/loops/${id}/settings`);
  await page.getByRole("combobox", { name: "Slots" }).selectOption("several");
  await page.getByRole("button", { name: "Preview changes" }).click();
  const preview = page.getByRole("region", { name: "Preview of your change" });
  await expect(preview).toContainText("several per Rank");
  await preview.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("combobox", { name: "Slots" })).toHaveValue("several");
  await expect(page.getByRole("combobox", { name: "Automatic optimisation" })).toBeDisabled();
});

test("every version that the page of the keys names answers a Rank, at both endpoints", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const api = new Api(office.server.url, office.server.adminToken);
  const { id, keys } = await api.createLoop("all versions");
  await page.goto(`/loops/${id}/keys`);
  await page.getByText("Every API version and its addresses").click();
  const addresses = await page.locator("code.address").allInnerTexts();
  expect(addresses).toHaveLength(6);
  for (const address of addresses) {
    for (const endpoint of ["", `/loops/${id}`]) {
      const { rewardActionId } = await api.rankAt(endpoint + address, keys[0], CONTEXT);
      expect(ACTIONS.map((action) => action.id)).toContain(rewardActionId);
    }
  }
});

function slot(page: Page, name: string) {
  return page.locator("section.slot").filter({ has: page.getByRole("heading", { name: `Slot ${name}`, exact: true }) });
}
