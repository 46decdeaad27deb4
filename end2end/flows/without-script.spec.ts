import { PAGES } from "../house/pages.ts";
import { expect, OWNER, test } from "../house/test.ts";

for (const known of PAGES) {
  test(`${known.name} can be read without script`, async ({ office, open }) => {
    const page = await open(office.server, {
      javaScriptEnabled: false,
      storageState: known.isForEveryone ? undefined : office.storageState,
    });
    await page.goto(known.path(office.places));
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect((await page.getByRole("main").innerText()).length).toBeGreaterThan(40);
  });
}

test("signing in works without script", async ({ office, open }) => {
  const page = await open(office.server, { javaScriptEnabled: false });
  await page.goto("/loops");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Name").fill(OWNER.name);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/loops$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
