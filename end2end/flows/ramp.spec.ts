import { awake, becomeOwner, expect, test } from "../house/test.ts";

const WAY = "Exploration is on its way from 20 % to 5 %";

test("exploration goes to its new share over a day, is stopped on the way, and finished", async ({ newServer, open, request }) => {
  const page = await open(newServer);
  await becomeOwner(page, await newServer.ownerLink());
  const headers = { Authorization: `Bearer ${newServer.adminToken}` };
  const made = await request.post(`${newServer.url}/api/v1/loops`, { headers, data: { name: "Banner" } });
  expect(made.status()).toBe(201);
  const { id } = await made.json();
  const settings = `/loops/${id}/settings`;
  const inForce = async () => (await request.get(`${newServer.url}/api/v1/loops/${id}/configuration`, { headers })).json();

  await test.step("the preview of a change of exploration offers to take its time", async () => {
    await page.goto(settings);
    await awake(page);
    await page.getByRole("spinbutton", { name: /exploration/i }).fill("5");
    await page.getByRole("button", { name: "Preview changes" }).click();
    const preview = page.getByRole("region", { name: "Preview of your change" });
    await preview.getByLabel("Change exploration").selectOption("Over 24 hours");
    await preview.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("Applied. The next Rank uses it.")).toBeVisible();
  });

  const way = page.getByRole("region", { name: WAY });

  await test.step("the page says where it stands and the history how long it takes", async () => {
    await expect(way).toContainText(/ now, 5 % in /);
    await expect(way.getByRole("progressbar")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "5 % over 24 hours" }).first()).toBeVisible();
    const { explorationPercentage, explorationRamp } = await inForce();
    expect(explorationPercentage).toBeGreaterThan(0.19);
    expect(explorationRamp).toMatchObject({ from: 0.2, to: 0.05 });
  });

  await test.step("while somebody looks, it moves by itself", async () => {
    const done = () => way.getByRole("progressbar").getAttribute("value").then(Number);
    const before = await done();
    await expect.poll(done, { timeout: 12_000 }).toBeGreaterThan(before);
  });

  await test.step("another setting offers no ramp and leaves this one alone", async () => {
    await page.goto(settings);
    await awake(page);
    await page.getByLabel("Explain every answer").selectOption("On");
    await page.getByRole("button", { name: "Preview changes" }).click();
    const preview = page.getByRole("region", { name: "Preview of your change" });
    await expect(preview.getByRole("button", { name: "Apply" })).toBeEnabled();
    await expect(preview.getByLabel("Change exploration")).toHaveCount(0);
    await preview.getByRole("button", { name: "Apply" }).click();
    await expect(preview).toHaveCount(0);
    await expect(way).toBeVisible();
  });

  await test.step("it stops where it is", async () => {
    await way.getByRole("button", { name: "Stop here" }).click();
    await expect(page.getByText(/^Exploration is .* % and stays there\.$/)).toBeVisible();
    await expect(way).toHaveCount(0);
    expect((await inForce()).explorationRamp).toBeUndefined();
  });

  await test.step("the next one is finished at once", async () => {
    const data = { explorationPercentage: 0.1, rampExplorationOver: "PT6H" };
    const begun = await request.put(`${newServer.url}/api/v1/loops/${id}/configuration`, { headers, data });
    expect(begun.status()).toBe(200);
    await page.goto(settings);
    await awake(page);
    await page.getByRole("button", { name: "Finish now" }).click();
    await expect(page.getByText("Exploration is 10 % and stays there.")).toBeVisible();
    expect(await inForce()).toMatchObject({ explorationPercentage: 0.1 });
  });
});

test("a ramp is begun and stopped without script", async ({ office, open, request }) => {
  const { server } = office;
  const headers = { Authorization: `Bearer ${server.adminToken}` };
  const made = await request.post(`${server.url}/api/v1/loops`, { headers, data: { name: "Little by little" } });
  const { id } = await made.json();
  const page = await open(server, { storageState: office.storageState, javaScriptEnabled: false });
  await page.goto(`/loops/${id}/settings`);
  await page.getByRole("spinbutton", { name: /exploration/i }).fill("5");
  await page.getByRole("button", { name: "Preview changes" }).click();
  await page.getByLabel("Change exploration").selectOption("Over 7 days");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("region", { name: WAY })).toBeVisible();
  await page.getByRole("button", { name: "Stop here" }).click();
  await expect(page.getByRole("button", { name: "Stop here" })).toHaveCount(0);
});
