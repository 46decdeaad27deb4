import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { BINARY } from "../house/server.ts";

/** What the part that all pages share may cost to download, and a page with it, in kB as gzip. */
const SHARED = 335;
const PAGE = 750;
/** How many files a page may ask for beside the shared one. */
const N_FILES = 16;

test("what a page downloads stays within its budget", () => {
  const folder = join(BINARY, "..", "site", "pkg");
  const size = (file: string) => gzipSync(readFileSync(join(folder, `${file}.wasm`)), { level: 9 }).length / 1000;
  const shared = size("rankloop");
  expect(shared, "the part that all pages share").toBeLessThan(SHARED);
  const parts: Record<string, string[]> = JSON.parse(readFileSync(join(folder, "__wasm_split_manifest.json"), "utf8"));
  expect(Object.keys(parts).length).toBeGreaterThan(1);
  for (const [part, files] of Object.entries(parts)) {
    const total = files.reduce((sum, file) => sum + size(file), shared);
    expect(total, `${part}, in ${files.length} files`).toBeLessThan(PAGE);
    expect(files.length, `files of ${part}`).toBeLessThanOrEqual(N_FILES);
  }
});
