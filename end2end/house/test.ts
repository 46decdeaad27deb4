import { test as base, expect, type Browser, type BrowserContextOptions, type Page } from "@playwright/test";
import { Api } from "./api.ts";
import { findPlaces, type Places } from "./pages.ts";
import { Server } from "./server.ts";

export { expect };

export const OWNER = { name: "Ada", password: "a sentence is fine" };

/** A server with the demo, whose owner has signed in before. */
export interface Office {
  server: Server;
  api: Api;
  places: Places;
  /** The owner's session, for `open`. */
  storageState: BrowserContextOptions["storageState"];
}

/** Opens a browser of somebody's own on a server. */
type Open = (server: Server, options?: BrowserContextOptions) => Promise<Page>;

interface TestFixtures {
  /** A server at its first start: nobody has an account, no demo runs. */
  newServer: Server;
  /** Every page opened with it must leave the browser's console without an error. */
  open: Open;
}

interface WorkerFixtures {
  /** One for all tests of a worker. */
  office: Office;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  newServer: async ({}, use) => {
    const server = await Server.start({ demo: false });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  },

  open: async ({ browser }, use) => {
    const opened: Page[] = [];
    const errors: string[] = [];
    await use(async (server, options = {}) => {
      const page = await newPage(browser, server, options);
      opened.push(page);
      collectErrors(page, errors);
      return page;
    });
    for (const page of opened) await page.context().close();
    expect(errors, "errors in the browser's console").toEqual([]);
  },

  office: [
    async ({ browser }, use) => {
      const server = await Server.start({ demo: true });
      // Also when the office cannot be furnished: a demo that nobody stops goes on reading.
      try {
        const api = new Api(server.url, server.adminToken);
        const page = await newPage(browser, server, {});
        await becomeOwner(page, await server.ownerLink());
        const storageState = await page.context().storageState();
        const places = await findPlaces(page, api);
        await page.context().close();
        await use({ server, api, places, storageState });
      } finally {
        await server.stop();
      }
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

async function newPage(browser: Browser, server: Server, options: BrowserContextOptions): Promise<Page> {
  // Motion is off so that nothing is judged while it is half transparent.
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce", ...options });
  return context.newPage();
}

function collectErrors(page: Page, errors: string[]): void {
  page.on("console", (message) => {
    // The browser notes by itself that a page that we asked for does not exist, and that what a form sent was refused.
    const isThePageItself = message.location().url === page.url() && message.text().includes("404");
    const isARefusal = message.text().includes("status of 422");
    if (message.type() === "error" && !isThePageItself && !isARefusal) errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
}

/** Follows the one-time link and chooses the owner's name and password. */
export async function becomeOwner(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await awake(page);
  await page.getByLabel("Name").fill(OWNER.name);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await page.waitForURL("**/loops");
}

/** Waits until the browser half has taken the page over: nobody clicks faster than that. */
export async function awake(page: Page): Promise<void> {
  await page.locator("html[data-awake]").waitFor({ state: "attached" });
}
