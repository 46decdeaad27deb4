import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Api, type NewLoop } from "../house/api.ts";
import { awake, expect, test } from "../house/test.ts";

const ACTIONS = ["tea", "coffee"].map((id) => ({ id, features: [{ kind: id }] }));

test("events come in by themselves, and nothing that somebody reads moves", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("watched", { rewardWaitTime: "PT10M" });
  await rank(api, loop, "first", "phone");
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto(`/loops/${loop.id}/events`);
  await awake(page);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect(rows(page)).toHaveCount(1);

  await test.step("while nobody reads, a new row comes on top", async () => {
    await page.mouse.move(5, 5);
    await rank(api, loop, "second", "phone");
    await expect(rows(page)).toHaveCount(2);
    await expect(rows(page).first()).toContainText("second");
  });

  await test.step("what becomes of an event is seen in its row", async () => {
    await api.reward(loop.keys[0], "second", 0.5);
    await expect(rows(page).first()).toContainText("learned");
    await expect(rows(page).first()).toContainText("0.50");
  });

  await test.step("while somebody reads, new rows wait and are counted", async () => {
    await rows(page).first().hover();
    await rank(api, loop, "third", "tablet");
    const pill = page.getByRole("button", { name: /1 new/ });
    await expect(pill).toBeVisible();
    await expect(rows(page)).toHaveCount(2);
    await pill.click();
    await expect(rows(page)).toHaveCount(3);
    await expect(rows(page).first()).toContainText("third");
  });

  await test.step("paused, they wait too", async () => {
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(page.getByText("Paused", { exact: true })).toBeVisible();
    await rank(api, loop, "fourth", "tablet");
    await expect(page.getByRole("button", { name: /1 new/ })).toBeVisible();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(rows(page)).toHaveCount(4);
  });
});

test("a filter stands in the address, says what it looked at, and a wrong one is told", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("filtered");
  for (const [id, device] of [["one", "phone"], ["two", "tablet"], ["three", "phone"]] as const) {
    await rank(api, loop, id, device);
  }
  await api.reward(loop.keys[0], "one", 1);
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto(`/loops/${loop.id}/events`);
  await awake(page);

  await page.getByRole("searchbox", { name: "Words in the context" }).fill("device: phone");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/feature=device/);
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText("2 matches among 3 events")).toBeVisible();

  await page.getByRole("combobox", { name: "State" }).selectOption("learned");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText("one");
  const address = page.url();
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(rows(page)).toHaveCount(3);
  await page.goto(address);
  await expect(rows(page)).toHaveCount(1);

  await page.goto(`/loops/${loop.id}/events?rewardMin=1&rewardMax=0`);
  await expect(page.locator("#event-filter-problem")).toContainText("must not be smaller");

  await api.rank(loop.keys[1], { eventId: "four", contextFeatures: [{ device: "phone" }], actions: ACTIONS });
  await page.goto(`/loops/${loop.id}/events`);
  await awake(page);
  await page.getByText("Reward, time, key and id").click();
  await page.getByRole("combobox", { name: "Came with" }).selectOption("2");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page).toHaveURL(/key=2/);
  await expect(rows(page)).toHaveCount(1);
  await rows(page).first().click();
  await expect(page.getByRole("dialog", { name: /^Event/ })).toContainText("It came with key 2.");

  const key = page.locator("td.events__key").first();
  await expect(key, "there is room for it").toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(key, "there is no room for it").toBeHidden();
});

test("an event opens beside the list, by mouse and by keyboard, and can be pinned", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("opened");
  for (const id of ["old", "middle", "new"]) await rank(api, loop, id, "phone");
  await api.reward(loop.keys[0], "middle", 1);
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto(`/loops/${loop.id}/events`);
  await awake(page);
  const drawer = page.getByRole("dialog", { name: /^Event/ });

  await rows(page).nth(1).click();
  await expect(page).toHaveURL(/open=middle/);
  await expect(drawer).toContainText("Its life");
  await expect(drawer.getByText("counted")).toBeVisible();
  await drawer.getByText("Why this action").click();
  await expect(drawer.getByText("What would turn it")).toBeVisible();

  await page.keyboard.press("j");
  await expect(page).toHaveURL(/open=old/);
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await expect(page).toHaveURL(/open=new/);
  await expect(drawer.getByRole("button", { name: /Newer/ })).toBeDisabled();
  const results = await new AxeBuilder({ page }).analyze();
  expect(results.violations.map(({ id }) => id)).toEqual([]);

  await drawer.getByRole("link", { name: "Pin this event" }).click();
  await expect(page).toHaveURL(/pin=new/);
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/open=/);
  await expect(page.getByRole("table", { name: "Pinned events" }).getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(page.getByRole("table", { name: "Pinned events" })).toContainText("new");

  await awake(page);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(drawer).toBeVisible();
  await drawer.getByRole("link", { name: "Open in playground" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Playground");
});

test("from the page of an event, another loop is not asked for it", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("left");
  await rank(api, loop, "only-here", "phone");
  const page = await open(office.server, { storageState: office.storageState });
  const refused: string[] = [];
  page.on("response", (response) => {
    if (response.status() === 404) refused.push(response.url());
  });
  await page.goto(`/loops/${loop.id}/events/only-here`);
  await awake(page);
  await page.getByRole("button", { name: "Switch to another loop" }).click();
  await page.locator(".menu__item[href$='/events']").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Events");
  expect(refused).toEqual([]);
});

test("without script the list, its filter, pins and rows are plain links and forms", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("plain");
  for (const [id, device] of [["a", "phone"], ["b", "tablet"]] as const) await rank(api, loop, id, device);
  const page = await open(office.server, { storageState: office.storageState, javaScriptEnabled: false });
  await page.goto(`/loops/${loop.id}/events`);
  await page.getByRole("searchbox", { name: "Words in the context" }).fill("tablet");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("link", { name: "Pin this event" }).click();
  await expect(page.getByRole("table", { name: "Pinned events" })).toContainText("b");
  await page.getByRole("table", { name: "Events, newest first" }).getByRole("link", { name: /event b/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("b");
});

function rows(page: Page) {
  return page.getByRole("table", { name: "Events, newest first" }).locator("tbody").getByRole("row");
}

async function rank(api: Api, loop: NewLoop, eventId: string, device: string): Promise<void> {
  await api.rank(loop.keys[0], { eventId, contextFeatures: [{ device }], actions: ACTIONS });
}
