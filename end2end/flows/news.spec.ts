import type { Page } from "@playwright/test";
import { awake, expect, test } from "../house/test.ts";

test("two readers get different front pages, and each is told why", async ({ office, open }) => {
  const page = await open(office.server);

  // Tomas opens science and Aiko sport; the loop has to find out from what their likes read.
  await expect
    .poll(async () => new Set([await likeliest(page, "tomas"), await likeliest(page, "aiko")]).size, { timeout: 60_000 })
    .toBe(2);

  await page.goto("/news?reader=aiko");
  const why = page.getByRole("group").filter({ hasText: "Why this story?" });
  await why.getByText("Why this story?").click();
  await expect(why).toContainText("What moved it most");
  await expect(why.getByRole("link", { name: /dashboard/ })).toHaveCount(0);
});

test("a story that is read is rewarded and learned", async ({ office, open }) => {
  const page = await open(office.server);
  await page.goto("/news?reader=ines");
  await awake(page);
  await page.getByRole("article").first().getByRole("link").first().click();
  await expect(page).toHaveURL(/\/news\/article\//);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.mouse.wheel(0, 20_000);
  await page.getByRole("link", { name: "The Morning Lantern" }).click();
  const journey = page.getByRole("region", { name: "What became of your last story" });
  await expect(journey).toContainText("Rewarded 0.");
  await expect(journey).toContainText("Learned");
});

test("an owner pauses the readers, changes their taste, and follows an event to the dashboard", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/news?reader=mara");
  await awake(page);

  const taste = page.getByText("What they like", { exact: true }).locator("xpath=following-sibling::dd");
  const before = await taste.innerText();
  await page.getByRole("button", { name: "Change their taste" }).click();
  await expect(taste).not.toHaveText(before);
  await page.getByRole("button", { name: "Change their taste" }).click();
  await expect(taste).toHaveText(before);

  await page.getByRole("button", { name: "Pause readers" }).click();
  await page.getByRole("button", { name: "Let readers in" }).click();
  await expect(page.getByRole("button", { name: "Pause readers" })).toBeVisible();

  const why = page.getByRole("group").filter({ hasText: "Why this story?" });
  await why.getByText("Why this story?").click();
  await why.getByRole("link", { name: /dashboard/ }).click();
  await expect(page).toHaveURL(/\/loops\/.+\/events\/.+/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a change of taste is told on the front page with what it did", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/news?reader=mara");
  await awake(page);
  const panel = page.getByRole("region", { name: "Behind this page" });
  await panel.getByRole("button", { name: "Change their taste" }).click();
  const bar = page.getByRole("region", { name: "Who is reading" });
  await expect(bar).toContainText("taste changed");
  await expect(bar).toContainText(/Happy readers fell from \d+ % to \d+ %|As many are happy as before/, { timeout: 60_000 });
  await panel.getByRole("button", { name: "Change their taste" }).click();
});

test("the loop is measured against the editor's order, with an interval and a way to the events", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/news");
  await awake(page);
  const panel = page.getByRole("region", { name: "Behind this page" });
  await expect(panel).toContainText(/\d+\s±\s\d+ points/, { timeout: 90_000 });
  const editor = panel.getByText("The editor's order", { exact: true }).locator("xpath=following-sibling::dd");
  await expect(editor).toContainText(/\d+ % ± \d+/);
  await editor.getByRole("link").click();
  await expect(page).toHaveURL(/\/loops\/.+\/events/);
});

test("visitors as themselves see what their reading is worth and what it did", async ({ office, open }) => {
  const page = await open(office.server);
  await page.goto("/news?reader=you");
  await awake(page);
  await page.getByRole("article").first().getByRole("link").first().click();
  await expect(page.getByText(/Your reading is worth 0\.\d\d so far/)).toBeVisible();
  await page.getByRole("link", { name: "The Morning Lantern" }).click();
  const journey = page.getByRole("region", { name: "What became of your last story" });
  await expect(journey).toContainText(/it would now lead with \d+ %/);
});

test("how it works shows the call, the answer and the life of the event, also without script", async ({ office, open }) => {
  const page = await open(office.server, { javaScriptEnabled: false });
  await page.goto("/news");
  const how = page.getByRole("group").filter({ hasText: "How it works" });
  await how.getByText("How it works").click();
  await expect(how).toContainText("Ocp-Apim-Subscription-Key: $KEY");
  await expect(how).toContainText('"rewardActionId"');
  await expect(how).toContainText("Waiting for the reward");
});

test("the coffee page draws the old service's published curve", async ({ office, open }) => {
  const page = await open(office.server);
  await page.goto("/news/coffee");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ten thousand coffees");
  await expect(page.getByRole("main")).toContainText("0.406");
  await page.getByText("The figures as a table").click();
  await expect(page.getByRole("row")).toHaveCount(21);
  await expect(page.getByRole("button", { name: "Run it on this server" })).toHaveCount(0);
});

/** The story that most probably leads a reader's front page; an explored lead says nothing about taste. */
async function likeliest(page: Page, reader: string): Promise<string> {
  await page.goto(`/news?reader=${reader}`);
  const bars = page.getByRole("group").filter({ hasText: "Why this story?" }).locator("ol > li");
  const texts = await bars.evaluateAll((items) => items.map((item) => item.textContent ?? ""));
  const ranked = texts.map((text) => ({ text, percent: Number(/([\d.]+)\s*%$/.exec(text.trim())?.[1] ?? 0) }));
  const best = ranked.reduce((best, one) => (one.percent > best.percent ? one : best), { text: "", percent: 0 });
  return best.text.replace(/[\d.]+\s*%$/, "");
}
