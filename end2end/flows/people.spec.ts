import type { Page } from "@playwright/test";
import { awake, expect, test } from "../house/test.ts";
import { until } from "../house/until.ts";

const PASSWORD = "a sentence is fine";

test("somebody is invited by a link, given another role, and removed", async ({ office, open }) => {
  const owner = await open(office.server, { storageState: office.storageState });
  await owner.goto("/people");
  await awake(owner);
  const link = await invite(owner, "viewer");
  await owner.reload();
  await expect(owner.getByText(link)).toHaveCount(0);

  const grace = await open(office.server);
  await join(grace, link, "Grace");
  const loop = `/loops/${office.places.loopId}`;
  await grace.goto(loop);
  const tabs = grace.getByRole("navigation", { name: "Pages of this loop" });
  await expect(tabs.getByRole("link", { name: "Overview" })).toBeVisible();
  await expect(tabs.getByRole("link", { name: "Events" })).toHaveCount(0);
  expect((await grace.request.get(`${loop}/events`)).status()).toBe(403);
  expect((await grace.request.get("/people")).status()).toBe(403);

  await owner.goto("/people");
  await awake(owner);
  const row = owner.getByRole("row", { name: /Grace/ });
  await row.getByRole("combobox", { name: "Role of Grace" }).selectOption("analyst");
  await row.getByRole("button", { name: "Change" }).click();
  await expect(owner.getByText("The role is changed.")).toBeVisible();
  await grace.reload();
  await tabs.getByRole("link", { name: "Events" }).click();
  await expect(grace.getByRole("heading", { level: 1, name: "Events" })).toBeVisible();

  await row.getByText("Remove", { exact: true }).first().click();
  await row.getByRole("button", { name: "Remove" }).click();
  await expect(row).toHaveCount(0);
  await grace.goto("/loops");
  await expect(grace).toHaveURL(/\/sign-in/);
});

test("an invitation works without script and can be withdrawn", async ({ office, open }) => {
  const owner = await open(office.server, { storageState: office.storageState, javaScriptEnabled: false });
  await owner.goto("/people");
  const link = await invite(owner, "editor");
  await owner.reload();
  await expect(owner.getByText(link)).toHaveCount(0);
  await owner.getByRole("button", { name: "Withdraw" }).last().click();

  const nobody = await open(office.server, { javaScriptEnabled: false });
  await nobody.goto(link);
  await expect(nobody.getByRole("heading", { level: 1 })).toHaveText(/was used or is too old/);
});

test("the only owner can neither be removed nor lose the role", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/people");
  const row = page.getByRole("row", { name: /you/ });
  await expect(row).toContainText("the only one, so it stays");
  await expect(row.getByRole("combobox")).toHaveCount(0);
  await expect(row.getByText("Remove")).toHaveCount(0);
});

test("the audit history tells who did what, is narrowed down by its address, and downloads", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const made = await office.api.createLoop("audited");
  await page.goto("/audit");
  await awake(page);
  await page.locator("select[name=kind]").selectOption({ label: "Made a loop" });
  await page.locator("select[name=loop]").selectOption({ label: "audited" });
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(new RegExp(`kind=loopMade.*loop=${made.id}`));
  const rows = page.getByRole("table").locator("tbody tr");
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText("management API");

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download as CSV" }).click()]);
  expect(download.suggestedFilename()).toBe("audit.csv");
  const text = await (await page.request.get(`/audit.csv?kind=loopMade&loop=${made.id}`)).text();
  expect(text.trim().split("\r\n")).toHaveLength(2);
  expect(text).toContain('"loopMade"');
});

test("the server's page lives and says where its numbers come from", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/server");
  await awake(page);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const answered = page.locator(".server__answer").first();
  const before = await answered.innerText();
  await expect(answered).not.toHaveText(before);
  for (const what of ["Memory", "Database", "A commit takes", "Last backup"]) {
    const fact = page.locator(".server__fact").filter({ hasText: what }).first();
    await expect(fact.locator(".server__source")).not.toBeEmpty();
  }
});

test("the first call with a new key is seen as it comes in", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const { id, keys } = await office.api.createLoop("detected");
  await page.goto(`/loops/${id}/keys`);
  await awake(page);
  await expect(page.getByText(/No Rank yet/)).toBeVisible();
  await expect(page.getByRole("row", { name: /Key 2/ })).toContainText("never");

  await office.api.rank(keys[1], { contextFeatures: [], actions: [{ id: "a", features: [{ x: 1 }] }] });
  await expect(page.getByText(/The first Rank came/)).toBeVisible();
  await expect(page.getByText(/with key 2, from Node/)).toBeVisible();
  await expect(page.getByRole("row", { name: /Key 2/ })).toContainText("Node");
});

test("people and the server are a key away", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops");
  await awake(page);
  for (const [key, path] of [["u", "/people"], ["y", "/audit"], ["r", "/server"]] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
});

for (const path of ["/", "/sign-in", "/news", "/loops"]) {
  test(`help is one press away on ${path}`, async ({ office, open }) => {
    const page = await open(office.server, { storageState: office.storageState });
    await page.goto(path);
    await page.getByRole("link", { name: "Help" }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: "Help" })).toBeVisible();
  });
}

async function invite(page: Page, role: string): Promise<string> {
  await page.locator(`#invite input[value=${role}]`).check();
  await page.getByRole("button", { name: "Make a link" }).click();
  const shown = page.locator(".secret__value");
  await expect(shown).toHaveText(/\/welcome\/[0-9a-f]{64}$/);
  return until("the link", async () => (await shown.textContent()) ?? undefined);
}

async function join(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await awake(page);
  await expect(page.getByText("lets you in as viewer")).toBeVisible();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await page.waitForURL("**/loops");
}
