import { setTimeout as sleep } from "node:timers/promises";

/** Reads until there is something, and says what was waited for when there never is. */
export async function until<T>(what: string, read: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const value = await read();
    if (value !== undefined) return value;
    await sleep(200);
  }
  throw new Error(`waited ${withinMs} ms in vain for ${what}`);
}
