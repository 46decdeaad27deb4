import type { Page } from "@playwright/test";
import { Api, type Ranking } from "../house/api.ts";
import { awake, becomeOwner, expect, test } from "../house/test.ts";

const ACTIONS = { espresso: "strong", filter: "mild", tea: "none" };
const FAVOURITE = "filter";
const CONTEXT = { contextFeatures: [{ daypart: "morning" }] };

test("from the first start to a loop that learned, and then explores no more", async ({ newServer, open }) => {
  const page = await open(newServer);
  const api = new Api(newServer.url, newServer.adminToken);

  await test.step("the link makes the owner, once", async () => {
    const link = await newServer.ownerLink();
    await becomeOwner(page, link);
    await page.goto(link);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/was used/);
  });

  const key = await test.step("a loop is made in three fields, and shows its keys", () => createLoop(page, "coffee"));
  const loopPath = new URL(page.url()).pathname;

  await test.step("its actions are defined, as JSON", async () => {
    for (const [id, strength] of Object.entries(ACTIONS)) await addAction(page, loopPath, id, { strength });
    await expect(page.getByRole("row")).toHaveCount(1 + Object.keys(ACTIONS).length);
  });

  await test.step("a Rank without actions offers them, evenly while nothing is known", async () => {
    const { ranking } = await api.rank(key, CONTEXT);
    expect(ranking.map(({ id }) => id).sort()).toEqual(Object.keys(ACTIONS).sort());
    for (const { probability } of ranking) expect(probability).toBeGreaterThan(0.05);
  });

  await test.step("the overview moves by itself while the loop learns what is rewarded", async () => {
    await page.goto(loopPath);
    await awake(page);
    const ranked = page.locator('[data-counter="ranked"] dd').first();
    await expect(ranked).toHaveText("1");
    const last = await teach(api, key, 120);
    expect(probability(last, FAVOURITE)).toBeGreaterThan(0.6);

    await expect(ranked).toHaveText("121");
    for (const chart of ["Reward over time", "Which actions the policy prefers"]) {
      const card = page.locator("section").filter({ has: page.getByRole("heading", { name: chart }) });
      await expect(card.getByRole("img").filter({ visible: true })).toBeVisible();
      await card.getByText("Table", { exact: true }).click();
      await expect(card.getByRole("table")).toBeVisible();
    }
    await expect(page.getByRole("columnheader", { name: FAVOURITE })).toBeVisible();
  });

  await test.step("a smaller share of exploration is previewed, applied, and seen in the next Rank", async () => {
    await page.goto(`${loopPath}/settings`);
    await awake(page);
    await page.getByRole("spinbutton", { name: /exploration/i }).fill("0");
    await page.getByRole("button", { name: "Preview changes" }).click();
    const preview = page.getByRole("region", { name: "Preview of your change" });
    await expect(preview).toContainText("Instant");
    await preview.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("Applied. The next Rank uses it.")).toBeVisible();

    expect(probability(await api.rank(key, CONTEXT), FAVOURITE)).toBe(1);
  });

  await test.step("the history says who it was, and the way back works", async () => {
    await page.getByRole("link", { name: "Go back to this" }).last().click();
    await page.getByRole("button", { name: "Go back to this" }).click();
    await expect(page.getByText("Back to the earlier settings.")).toBeVisible();
    expect(probability(await api.rank(key, CONTEXT), FAVOURITE)).toBeLessThan(1);
  });

  await test.step("an event tells its story", async () => {
    await page.goto(`${loopPath}/events`);
    await awake(page);
    await page.locator(`a[href*="/events/"]`).first().click();
    await expect(page.getByRole("dialog", { name: /^Event/ })).toContainText("filter");
  });
});

async function createLoop(page: Page, name: string): Promise<string> {
  await page.goto("/loops/new");
  await awake(page);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("What a reward means").selectOption("PT10M");
  await page.getByRole("radio", { name: /^Online/ }).check();
  await page.getByRole("button", { name: "Create loop" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${name} is ready`);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  const key = await page.getByText("Key 1", { exact: true }).locator("xpath=following-sibling::code").innerText();
  await page.getByRole("link", { name: "Open the loop" }).click();
  const question = page.getByRole("dialog", { name: "Leave without these keys?" });
  await question.getByRole("button", { name: "Leave without copying" }).click();
  await expect(page.getByRole("navigation", { name: "Pages of this loop" })).toBeVisible();
  return key;
}

async function addAction(page: Page, loopPath: string, id: string, features: object): Promise<void> {
  await page.goto(`${loopPath}/actions?new`);
  await awake(page);
  await page.getByLabel("Id", { exact: true }).fill(id);
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByLabel("Features as JSON").fill(JSON.stringify([features]));
  await page.getByRole("button", { name: "Save action" }).click();
  await expect(page.getByRole("row", { name: id })).toBeVisible();
}

/** Rewards one action and no other, and tells the last answer. */
async function teach(api: Api, key: string, nEvents: number): Promise<Ranking> {
  let last = await api.rank(key, CONTEXT);
  for (let n = 1; n < nEvents; n += 1) {
    await api.reward(key, last.eventId, last.rewardActionId === FAVOURITE ? 1 : 0);
    last = await api.rank(key, CONTEXT);
  }
  return last;
}

function probability({ ranking }: Ranking, actionId: string): number | undefined {
  return ranking.find(({ id }) => id === actionId)?.probability;
}
