#!/usr/bin/env node
// compress.mjs FOLDER: leaves a .br and a .gz beside each file that browsers download, so that the server need not
// compress them for each visitor, and can be given the time to do it well.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
let before = 0;
let after = 0;
for (const name of readdirSync(folder)) {
  if (!/\.(wasm|js|css|json)$/.test(name)) continue;
  const path = join(folder, name);
  const bytes = readFileSync(path);
  // A full disk was seen to leave one behind without a word; every page that asks for it would stay asleep.
  if (bytes.length === 0) throw new Error(`${path} is empty: build again, with more free space on the disk`);
  const small = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(`${path}.br`, small);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  before += bytes.length;
  after += small.length;
}
console.log(`build: The browser half takes ${Math.round(before / 1024)} kB, ${Math.round(after / 1024)} kB as it is sent.`);
