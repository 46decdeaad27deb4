import { AxeBuilder } from "@axe-core/playwright";
import { Api } from "../house/api.ts";
import { awake, expect, test } from "../house/test.ts";

const ACTIONS = ["sport", "news"].map((id) => ({ id, features: [{ topic: id }] }));

test("a context is changed, the decision with it, and nothing is logged", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("tried");
  for (let n = 0; n < 60; n += 1) {
    const device = n % 2 === 0 ? "mobile" : "desktop";
    const { eventId, rewardActionId } = await api.rank(loop.keys[0], { contextFeatures: [{ device }], actions: ACTIONS });
    const right = device === "mobile" ? "sport" : "news";
    await api.reward(loop.keys[0], eventId, rewardActionId === right ? 1 : 0);
  }
  const before = await api.stats(loop.id);

  const page = await open(office.server, { storageState: office.storageState });
  await page.goto(`/loops/${loop.id}/playground`);
  await awake(page);
  await expect(page.getByText("Nothing here is logged, learned or counted.")).toBeVisible();
  await expect(page.getByText("Started from the newest event")).toBeVisible();

  await test.step("a field is changed and the address says so", async () => {
    await page.getByRole("textbox", { name: "device" }).or(page.getByRole("combobox", { name: "device" })).first().fill("mobile");
    await page.getByRole("button", { name: "Show the decision" }).click();
    await expect(page).toHaveURL(/device/);
    await expect(page.locator(".why-action").first()).toContainText("sport");
  });

  await test.step("two contexts stand side by side", async () => {
    await page.getByRole("link", { name: "Compare two contexts" }).click();
    await expect(page.getByRole("button", { name: "Show the decision" })).toHaveCount(2);
    await expect(page.getByText("Why", { exact: false }).first()).toBeVisible();
    const results = await new AxeBuilder({ page }).analyze();
    expect(results.violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole("link", { name: "Show one context" }).click();
    await expect(page.getByRole("button", { name: "Show the decision" })).toHaveCount(1);
  });

  await test.step("JSON that is none is told, and nothing breaks", async () => {
    await page.getByText("As JSON").first().click();
    await page.getByLabel("Context as JSON").first().fill("{nonsense");
    await page.getByRole("button", { name: "Use this JSON" }).first().click();
    await expect(page.getByRole("main")).toContainText(/JSON/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Playground");
  });

  expect((await api.stats(loop.id)).ranked).toBe(before.ranked);
});

test("an event is opened in the playground without script, and its context can be changed there", async ({ office, open }) => {
  const api = new Api(office.server.url, office.server.adminToken);
  const loop = await api.createLoop("tried plainly");
  await api.rank(loop.keys[0], { eventId: "start", contextFeatures: [{ device: "mobile" }], actions: ACTIONS });
  const page = await open(office.server, { storageState: office.storageState, javaScriptEnabled: false });
  await page.goto(`/loops/${loop.id}/events/start`);
  await page.getByRole("link", { name: "Open in playground" }).click();
  await expect(page.getByText("Started from event")).toBeVisible();
  await page.getByRole("button", { name: "Show the decision" }).click();
  await expect(page.locator(".why-action")).toHaveCount(2);
});
