import { readFile } from "node:fs/promises";
import { awake, expect, test } from "../house/test.ts";

test("a curve is hidden and shown by its name, and a chart is saved in three forms", async ({ office, open }) => {
  const page = await open(office.server, { storageState: office.storageState });
  await page.goto(`/loops/${office.places.loopId}`);
  await awake(page);
  const chart = page.getByRole("region", { name: /reward/i }).first();
  const random = chart.getByRole("button", { name: /random/i });
  await expect(random).toHaveAttribute("aria-pressed", "true");
  await random.click();
  await expect(random).toHaveAttribute("aria-pressed", "false");
  await expect(chart.locator(".chart")).toHaveAttribute("style", /--series-random: transparent/);
  await random.click();
  await expect(chart.locator(".chart")).not.toHaveAttribute("style", /transparent/);

  for (const [name, start] of [["SVG", "<svg"], ["PNG", "\x89PNG"], ["CSV", ""]] as const) {
    const download = page.waitForEvent("download");
    await chart.getByText(name, { exact: true }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(new RegExp(`\\.${name.toLowerCase()}$`));
    const bytes = await readFile(await saved.path(), "latin1");
    expect(bytes.startsWith(start)).toBe(true);
    expect(bytes.length).toBeGreaterThan(100);
  }
});
