import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { findChromium } from "../house/chromium.ts";
import { PAGES } from "../house/pages.ts";
import { freePort } from "../house/server.ts";
import { expect, test, type Office } from "../house/test.ts";

/** The pages that are opened most. */
const NAMES = ["overview", "settings", "news"];
const FORMS = ["desktop", "mobile"] as const;
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
/** So that the curves of the demo have something to show. */
const READING_MS = 20_000;
/** Headless Chromium holds the first picture of a page back for two seconds, which no person meets. */
const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PAINT_AT_ONCE = "--disable-features=PaintHolding";

/** What of a report is looked at. */
interface Report {
  finalDisplayedUrl: string;
  categories: Record<(typeof CATEGORIES)[number], { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; displayValue?: string }>;
}

interface Lighthouse {
  default: (url: string, flags: object, config?: object) => Promise<{ lhr: Report; report: string } | undefined>;
  desktopConfig: object;
}

test("Lighthouse finds nothing to mend but what hangs on the machine's speed", async ({ office }) => {
  test.setTimeout(600_000);
  const lighthouse = await findLighthouse();
  const port = await freePort();
  // Lighthouse opens tabs of its own, so the session is the browser's and not that of a context beside it.
  const profile = await mkdtemp(join(tmpdir(), "rankloop-lighthouse-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: [...FLAGS, PAINT_AT_ONCE, `--remote-debugging-port=${port}`],
  });
  await browser.addCookies(cookies(office));
  await sleep(READING_MS);
  const lacking: string[] = [];
  try {
    await mkdir("lighthouse-reports", { recursive: true });
    for (const known of PAGES.filter(({ name }) => NAMES.includes(name))) {
      for (const form of FORMS) {
        const options = { port, output: "html", onlyCategories: CATEGORIES };
        const config = form === "desktop" ? lighthouse.desktopConfig : undefined;
        const url = office.server.url + known.path(office.places);
        const result = await lighthouse.default(url, options, config);
        if (!result) throw new Error(`${known.name} could not be looked at`);
        expect(result.lhr.finalDisplayedUrl, "it looked at the page and not at the way in").toBe(url);
        await writeFile(`lighthouse-reports/${known.name}-${form}.html`, result.report);
        console.log(line(`${known.name}, ${form}`, result.lhr));
        lacking.push(...found(`${known.name}, ${form}`, result.lhr));
      }
    }
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
  expect(lacking).toEqual([]);
});

/** It is large and only this wants it, so it lies among the tools: `make lighthouse` puts it there. */
async function findLighthouse(): Promise<Lighthouse> {
  const tools = process.env.RANKLOOP_TOOLS ?? join(homedir(), ".cache/rankloop/tools");
  const path = join(tools, "npm/node_modules/lighthouse/core/index.js");
  if (!existsSync(path)) throw new Error("Lighthouse is not installed: use make lighthouse");
  return (await import(pathToFileURL(path).href)) as Lighthouse;
}

function cookies({ storageState }: Office) {
  return typeof storageState === "object" ? storageState.cookies : [];
}

const percent = (score: number | null): number => Math.round((score ?? 0) * 100);

function line(what: string, { categories, audits }: Report): string {
  const scores = CATEGORIES.map((name) => `${name} ${percent(categories[name].score)}`);
  const times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
  return [what, ...scores, ...times.map((id) => `${id} ${audits[id]?.displayValue}`)].join(" · ");
}

/** Whatever costs points beside the performance, which is a figure of the machine and is told and not judged. */
function found(what: string, { categories, audits }: Report): string[] {
  const judged = CATEGORIES.filter((name) => name !== "performance").flatMap((name) => categories[name].auditRefs);
  return judged
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
    .map(({ id }) => `${what}: ${id} ${audits[id]?.displayValue ?? ""}`);
}
