import { Api } from "../house/api.ts";
import { awake, becomeOwner, expect, test } from "../house/test.ts";

const RANK = {
  contextFeatures: [{ daypart: "morning" }],
  actions: [
    { id: "tea", features: [{ kind: "drink" }] },
    { id: "cake", features: [{ kind: "food" }] },
  ],
};

test("a model is kept, lost, and gone back to", async ({ newServer, open }) => {
  const page = await open(newServer);
  await becomeOwner(page, await newServer.ownerLink());
  const api = new Api(newServer.url, newServer.adminToken);
  const made = await api.createLoop("models", { rewardWaitTime: "PT10M" });
  const path = `/loops/${made.id}/models`;
  const teach = async (nEvents: number) => {
    for (let n = 0; n < nEvents; n += 1) {
      const { eventId, rewardActionId } = await api.rank(made.keys[0], RANK);
      await api.reward(made.keys[0], eventId, rewardActionId === "tea" ? 1 : 0);
    }
  };

  await test.step("a new model says that it is new", async () => {
    await page.goto(path);
    await expect(page.getByRole("main")).toContainText("it has learned nothing yet");
    await expect(page.getByRole("heading", { name: "No model kept yet" })).toBeVisible();
  });

  await test.step("it is kept with a note", async () => {
    await teach(30);
    await page.goto(path);
    await awake(page);
    await expect(page.getByRole("main")).toContainText("It has learned from 30 decisions.");
    await page.getByLabel("Why").fill("before the sale");
    await page.getByRole("button", { name: "Keep it" }).click();
    const kept = page.getByRole("row", { name: /before the sale/ });
    await expect(kept).toContainText("by hand");
    await expect(kept).toContainText("ranks now");
  });

  await test.step("a reset wants the loop's name, and keeps the model before", async () => {
    await teach(5);
    await page.goto(path);
    await awake(page);
    await page.getByLabel(/to confirm/).fill("something else");
    await page.getByRole("button", { name: "Reset the model" }).click();
    await expect(page.getByText("This is not the loop's name.")).toBeVisible();
    await page.getByLabel(/to confirm/).fill("models");
    await page.getByRole("button", { name: "Reset the model" }).click();
    await expect(page.getByRole("row", { name: /Version 35/ })).toContainText("before a reset");
    await expect(page.getByRole("main")).toContainText("It has learned from 0 decisions.");
  });

  await test.step("going back brings the kept one", async () => {
    await page.getByRole("row", { name: /before the sale/ }).getByRole("button", { name: /What to do with/ }).click();
    await page.getByRole("button", { name: "Go back to this one" }).filter({ visible: true }).click();
    await expect(page.getByRole("main")).toContainText("It has learned from 30 decisions.");
    await expect(page.getByRole("main")).toContainText("Somebody went back to version 30");
  });

  await test.step("the overview says which features moved since a model was kept", async () => {
    await teach(60);
    await page.goto(`/loops/${made.id}`);
    await awake(page);
    const moved = page.locator("#moved");
    await expect(moved.getByRole("heading", { name: /^Features that moved in/ })).toBeVisible();
    await expect(moved).toContainText(/asked about the same \d+ newest decisions/);
    await expect(moved.getByRole("row", { name: /action\./ }).first()).toContainText("±");
  });

  await test.step("it travels as a signed file, and nothing else is taken", async () => {
    const archive = await page.request.get(`${path}/present.zip`);
    expect(archive.headers()["content-type"]).toBe("application/zip");
    const import_ = async (name: string, buffer: Buffer) => {
      await page.goto(path);
      await page.getByLabel("Signed model").setInputFiles({ name, mimeType: "application/zip", buffer });
      await page.getByRole("button", { name: "Import it" }).click();
    };
    await import_("model.zip", Buffer.from("no model"));
    await expect(page.getByRole("alert").filter({ hasText: /.+/ })).toBeVisible();
    await import_("model.zip", await archive.body());
    await expect(page.getByText("The imported model ranks now.")).toBeVisible();
  });
});

test("times are those of the browser's clock, and UTC for who prefers it", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState, timezoneId: "Asia/Tokyo" });
  const path = `/loops/${office.places.loopId}`;
  await page.goto("/loops");
  await page.goto(path);
  await awake(page);
  await expect(page.locator(".chart__zone").first()).toHaveText("JST");
  await page.getByRole("button", { name: /Account of/ }).click();
  await expect(page.locator(".menu__note", { hasText: "Times in Asia/Tokyo" })).toBeVisible();
  await page.getByRole("link", { name: "Show times in UTC" }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(page.locator(".chart__zone").first()).toHaveText("UTC");
  await awake(page);
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("link", { name: "Show times in Asia/Tokyo" }).click();
  await expect(page.locator(".chart__zone").first()).toHaveText("JST");
});
