import { awake, expect, test } from "../house/test.ts";

test("an evaluation is asked for, told in parts, and read by somebody without an account", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  const path = `/loops/${office.places.loopId}/evaluations`;
  const title = `What if ${Date.now()}`;

  await test.step("it is made by a form, and the report comes by itself", async () => {
    await page.goto(path);
    await awake(page);
    await page.getByLabel("Name").fill(title);
    await page.getByLabel("Look at parts by").fill("reader.device");
    await page.getByRole("switch", { name: "Look for better learning settings, too" }).uncheck({ force: true });
    await page.getByRole("button", { name: "Evaluate" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.getByRole("heading", { name: "Who would have earned what" })).toBeVisible({ timeout: 60_000 });
  });

  await test.step("it says how far the log can tell, and tells the parts apart", async () => {
    const coverage = page.locator("section").filter({ has: page.getByRole("heading", { name: "How far the log can tell" }) });
    await expect(coverage.getByRole("row", { name: /^baselineRand/ })).toContainText(/\d+ of \d+/);
    await expect(page.getByRole("heading", { name: "By reader.device" })).toBeVisible();
  });

  const link = await test.step("a link to it is made", async () => {
    await awake(page);
    await page.getByRole("button", { name: "Make a link" }).click();
    const code = page.locator("code, pre").filter({ hasText: "/shared/" }).first();
    await expect(code).toBeVisible();
    return new URL(((await code.innerText()).match(/https?:\S+/) ?? [""])[0]).pathname;
  });

  await test.step("who has it reads the report and nothing else, until it is taken back", async () => {
    const guest = await open(office.server, { javaScriptEnabled: false });
    await guest.goto(link);
    await expect(guest.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(guest.getByRole("link", { name: "Open as draft" })).toHaveCount(0);
    await guest.goto(path);
    await expect(guest).toHaveURL(/\/sign-in/);

    await page.getByRole("button", { name: "Take back" }).first().click();
    await expect(page.getByRole("button", { name: "Take back" })).toHaveCount(0);
    const answer = await guest.goto(link);
    expect(answer?.status()).toBe(404);
    await expect(guest.getByRole("heading", { level: 1 })).toHaveText("No report here");
  });

  await test.step("printed, it is the report alone", async () => {
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("heading", { name: "Share this report" })).toBeHidden();
    await expect(page.getByRole("heading", { name: "Who would have earned what" })).toBeVisible();
  });
});
