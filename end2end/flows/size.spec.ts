import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { BINARY } from "../house/server.ts";

/** What each page costs to download, in kB as gzip: the part that all share, and that of the page beside it. */
const SHARED = 350;
const BESIDE = 400;

test("what a page downloads stays within its budget", () => {
  const folder = join(BINARY, "..", "site", "pkg");
  const size = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length / 1000;
  expect(size("rankloop.wasm"), "the part that all pages share").toBeLessThan(SHARED);
  const parts: Record<string, string[]> = JSON.parse(readFileSync(join(folder, "__wasm_split_manifest.json"), "utf8"));
  expect(Object.keys(parts).length).toBeGreaterThan(1);
  for (const [part, files] of Object.entries(parts)) {
    const total = files.reduce((sum, file) => sum + size(`${file}.wasm`), 0);
    expect(total, `${part}, in ${files.length} files`).toBeLessThan(BESIDE);
  }
});
