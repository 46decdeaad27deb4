import type { Page } from "@playwright/test";
import type { Api } from "./api.ts";
import { until } from "./until.ts";

/** A page of the product, and how to get to one that has something on it. */
export interface KnownPage {
  name: string;
  isForEveryone?: boolean;
  status?: number;
  path: (places: Places) => string;
}

/** Where the demo keeps what the pages are about. */
export interface Places {
  loopId: string;
  eventId: string;
  articlePath: string;
  sectionPath: string;
}

export const PAGES: KnownPage[] = [
  { name: "home", isForEveryone: true, path: () => "/" },
  { name: "sign-in", isForEveryone: true, path: () => "/sign-in" },
  { name: "welcome-used-up", isForEveryone: true, path: () => "/welcome/used-up" },
  { name: "not-found", isForEveryone: true, status: 404, path: () => "/no-such-page" },
  { name: "help", isForEveryone: true, path: () => "/help" },
  { name: "styleguide", isForEveryone: true, path: () => "/styleguide" },
  { name: "news", isForEveryone: true, path: () => "/news" },
  { name: "news-section", isForEveryone: true, path: ({ sectionPath }) => sectionPath },
  { name: "news-article", isForEveryone: true, path: ({ articlePath }) => articlePath },
  { name: "news-coffee", isForEveryone: true, path: () => "/news/coffee" },
  { name: "loops", path: () => "/loops" },
  { name: "new-loop", path: () => "/loops/new" },
  { name: "overview", path: ({ loopId }) => `/loops/${loopId}` },
  { name: "events", path: ({ loopId }) => `/loops/${loopId}/events` },
  { name: "event", path: ({ loopId, eventId }) => `/loops/${loopId}/events/${encodeURIComponent(eventId)}` },
  { name: "playground", path: ({ loopId }) => `/loops/${loopId}/playground` },
  { name: "actions", path: ({ loopId }) => `/loops/${loopId}/actions` },
  { name: "actions-calendar", path: ({ loopId }) => `/loops/${loopId}/actions?view=calendar` },
  { name: "actions-import", path: ({ loopId }) => `/loops/${loopId}/actions?upload` },
  { name: "models", path: ({ loopId }) => `/loops/${loopId}/models` },
  { name: "experiments", path: ({ loopId }) => `/loops/${loopId}/experiments` },
  { name: "evaluations", path: ({ loopId }) => `/loops/${loopId}/evaluations` },
  { name: "features", path: ({ loopId }) => `/loops/${loopId}/features` },
  { name: "settings", path: ({ loopId }) => `/loops/${loopId}/settings` },
  { name: "keys", path: ({ loopId }) => `/loops/${loopId}/keys` },
  { name: "people", path: () => "/people" },
  { name: "audit", path: () => "/audit" },
  { name: "server", path: () => "/server" },
];

export const THEMES = ["light", "dark"] as const;
export const SIZES = [
  { name: "wide", width: 1280, height: 800 },
  { name: "narrow", width: 390, height: 844 },
  { name: "small", width: 320, height: 640 },
] as const;

/** Finds the demo's loop, one of its events and an article, as a person who is signed in would. */
export async function findPlaces(page: Page, api: Api): Promise<Places> {
  const loop = await until("the demo's loop", async () => (await api.loops())[0]);
  const event = await until("a reader's visit", async () => (await api.events(loop.id))[0]);
  await page.goto("/news");
  return {
    loopId: loop.id,
    eventId: event.eventId,
    articlePath: await firstLink(page, "/news/article/"),
    sectionPath: await firstLink(page, "/news/section/"),
  };
}

async function firstLink(page: Page, start: string): Promise<string> {
  const link = page.locator(`a[href^="${start}"]`).first();
  return new URL((await link.getAttribute("href")) ?? "", page.url()).pathname;
}
