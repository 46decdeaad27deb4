import { awake, becomeOwner, expect, test } from "../house/test.ts";

test("loops are paused together, with the way back, and one from its own pages", async ({ newServer, open, request }) => {
  const page = await open(newServer);
  await becomeOwner(page, await newServer.ownerLink());
  for (const name of ["Banner", "Lead story"]) {
    const made = await request.post(`${newServer.url}/api/v1/loops`, {
      headers: { Authorization: `Bearer ${newServer.adminToken}` },
      data: { name },
    });
    expect(made.status()).toBe(201);
  }
  await page.goto("/loops");
  await awake(page);
  const pause = page.getByRole("button", { name: "Pause", exact: true });
  await expect(pause, "nothing is chosen yet").toBeHidden();
  await page.getByRole("checkbox", { name: "Choose Banner" }).check();
  await page.getByRole("checkbox", { name: "Choose Lead story" }).check();
  await pause.click();
  await expect(page.getByText("Paused 2 loops.")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Logging only" })).toHaveCount(2);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Online" })).toHaveCount(2);

  await page.getByRole("link", { name: "Banner" }).click();
  await page.getByRole("button", { name: "Pause loop" }).click();
  await expect(page.getByRole("button", { name: "Resume loop" })).toBeVisible();
  await page.goto("/loops");
  await expect(page.getByRole("row", { name: /Banner/ })).toContainText("Logging only");

  await page.getByRole("link", { name: "Banner" }).click();
  await expect(page.getByRole("button", { name: "Resume loop" })).toBeVisible();
  await awake(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).fill("resume");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Pause loop" })).toBeVisible();
});

test("a loop is paused without script", async ({ office, open, request }) => {
  const { server } = office;
  const headers = { Authorization: `Bearer ${server.adminToken}` };
  const made = await request.post(`${server.url}/api/v1/loops`, { headers, data: { name: "Without script" } });
  const { id } = await made.json();
  const page = await open(server, { storageState: office.storageState, javaScriptEnabled: false });
  await page.goto(`/loops/${id}`);
  await page.getByRole("button", { name: "Pause loop" }).click();
  await expect(page.getByRole("button", { name: "Resume loop" })).toBeVisible();
  await page.goto("/loops");
  await page.getByRole("checkbox", { name: "Choose Without script" }).check();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByRole("row", { name: /Without script/ })).toContainText("Online");
});
