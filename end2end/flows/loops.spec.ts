import { awake, expect, test } from "../house/test.ts";

test("the list of loops renews itself, says so truthfully, and can be paused", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto("/loops");
  await awake(page);
  const pill = page.locator(".live");
  await expect(pill).toHaveText("Live");

  await test.step("paused, it asks for nothing", async () => {
    await page.getByRole("button", { name: "Pause", exact: true }).first().click();
    await expect(pill).toHaveText("Paused");
    let n_asked = 0;
    page.on("request", (request) => (n_asked += Number(request.url().includes("load_loops"))));
    await page.waitForTimeout(6_000);
    expect(n_asked).toBe(0);
  });

  await test.step("resumed, it asks at once", async () => {
    const asked = page.waitForResponse((response) => response.url().includes("load_loops"), { timeout: 3_000 });
    await page.getByRole("button", { name: "Resume", exact: true }).first().click();
    await asked;
    await expect(pill).toHaveText("Live");
  });
});
