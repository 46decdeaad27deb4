import type { Page } from "@playwright/test";
import { Api } from "../house/api.ts";
import { awake, becomeOwner, expect, test } from "../house/test.ts";

const LIST = `id,notes,feature:topic,feature:price
tea,Green tea,drinks,2.5
cake,Lemon cake,food,4
soup,Soup of the day,food,6`;

test("many actions are imported, searched, changed together, and all of it is taken back", async ({ newServer, open }) => {
  const page = await open(newServer);
  const path = await loopPath(page, newServer);

  await test.step("a list with a bad line is refused line by line, and changes nothing", async () => {
    await upload(page, path, `${LIST}\nbad,,,\n`);
    await expect(page.getByRole("row", { name: /^bad/ })).toContainText("refused");
    await expect(page.getByRole("button", { name: "Apply all of it" })).toHaveCount(0);
    await page.goto(path);
    await expect(page.getByRole("heading", { name: "No actions of its own" })).toBeVisible();
  });

  await test.step("a good one is shown first and then applied as one change", async () => {
    await upload(page, path, LIST);
    for (const id of ["tea", "cake", "soup"]) await expect(page.getByRole("row", { name: new RegExp(`^${id}`) })).toContainText("new");
    await page.getByRole("button", { name: "Apply all of it" }).click();
    await expect(page.getByRole("row")).toHaveCount(1 + 3);
    const tea = page.getByRole("row", { name: /Green tea/ });
    await expect(tea).toContainText("topic=drinks");
    await expect(tea).toContainText("Baseline");
    await expect(page.getByText("3 actions added")).toBeVisible();
  });

  await test.step("what is searched and sorted stands in the address", async () => {
    await awake(page);
    await page.getByRole("searchbox", { name: "Search actions" }).fill("food");
    await expect(page.getByRole("row")).toHaveCount(1 + 2);
    await page.getByLabel("Sort by").selectOption("title");
    await expect(page).toHaveURL(/q=food&sort=title/);
    await page.reload();
    await expect(page.getByRole("row")).toHaveCount(1 + 2);
    await expect(page.getByRole("row").nth(1)).toContainText("Lemon cake");
  });

  await test.step("two are switched off together, and the change is taken back", async () => {
    await page.goto(path);
    await awake(page);
    await page.getByRole("checkbox", { name: "Choose Lemon cake" }).check();
    await page.getByRole("checkbox", { name: "Choose Soup of the day" }).check();
    await page.getByRole("button", { name: "Switch off" }).and(page.locator(".many button")).click();
    await expect(page.getByText("1 of 3 actions can be chosen now.")).toBeVisible();
    await awake(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByText("3 actions, all of them can be chosen now.")).toBeVisible();
  });

  await test.step("one is deleted from its menu, and brought back from the note", async () => {
    await page.getByRole("button", { name: "What to do with cake" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).filter({ visible: true }).first().click();
    await expect(page.getByRole("row")).toHaveCount(1 + 2);
    await page.getByRole("button", { name: "Undo" }).last().click();
    await expect(page.getByRole("row")).toHaveCount(1 + 3);
  });

  await test.step("the calendar shows when each is valid", async () => {
    await page.getByRole("link", { name: "Calendar" }).click();
    await expect(page.getByRole("row", { name: /Green tea/ })).toContainText("always");
    await page.getByRole("link", { name: "Week", exact: true }).click();
    await expect(page).toHaveURL(/span=week/);
  });

  await test.step("what is exported is what was imported", async () => {
    const answer = await page.request.get(`${path}/export/actions.csv`);
    expect(await answer.text()).toContain("tea,true,,,Green tea,0,,drinks,2.5");
    await upload(page, path, await answer.text());
    await expect(page.getByText("Everything is as the list says already.")).toBeVisible();
  });
});

test("actions are changed together without script, too", async ({ newServer, open }) => {
  const first = await open(newServer);
  await becomeOwner(first, await newServer.ownerLink());
  const storageState = await first.context().storageState();
  const page = await open(newServer, { javaScriptEnabled: false, storageState });
  const api = new Api(newServer.url, newServer.adminToken);
  const { id } = await api.createLoop("plain");
  await upload(page, `/loops/${id}/actions`, LIST);
  await page.getByRole("button", { name: "Apply all of it" }).click();
  await page.getByRole("checkbox", { name: "Choose Green tea" }).check();
  await page.locator(".many").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("tea removed")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row", { name: /Green tea/ })).toBeVisible();
});

test("the list fits a small screen while it is too early for a mean reward", async ({ newServer, open }) => {
  const first = await open(newServer);
  await becomeOwner(first, await newServer.ownerLink());
  const storageState = await first.context().storageState();
  const api = new Api(newServer.url, newServer.adminToken);
  const { id, keys } = await api.createLoop("early");
  await upload(first, `/loops/${id}/actions`, "id,notes,feature:topic\ntea,Green tea,drinks");
  await first.getByRole("button", { name: "Apply all of it" }).click();
  await expect(first.getByRole("row", { name: /Green tea/ })).toBeVisible();
  for (let shown = 0; shown < 12; shown += 1) {
    const { eventId } = await api.rank(keys[0], {});
    await api.reward(keys[0], eventId, 1);
  }
  const page = await open(newServer, { storageState, viewport: { width: 320, height: 640 } });
  await page.goto(`/loops/${id}/actions`);
  await awake(page);
  await expect(page.getByText("too early: shown 12 of 30 times")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

async function loopPath(page: Page, server: { url: string; adminToken: string; ownerLink(): Promise<string> }): Promise<string> {
  await becomeOwner(page, await server.ownerLink());
  const { id } = await new Api(server.url, server.adminToken).createLoop("shop");
  return `/loops/${id}/actions`;
}

async function upload(page: Page, path: string, list: string): Promise<void> {
  await page.goto(`${path}?upload`);
  await page.getByLabel("Or its text").fill(list);
  await page.getByRole("button", { name: "Show what would change" }).click();
}
