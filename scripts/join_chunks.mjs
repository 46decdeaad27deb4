#!/usr/bin/env node
// join_chunks.mjs FOLDER: puts the many small pieces of the browser half into one file. Splitting by pages makes a piece
// for each set of parts that have some code in common; most of them are a few hundred bytes, and a page would ask for a
// hundred. Together they are asked for once, compress far better, and are there already on the next page.
import { readFileSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const JOINED = "joined";
/** Larger ones stay alone: not every page wants them. In bytes, before compression. */
const SMALL = 8 * 1024;

const [folder] = process.argv.slice(2);
const loaderName = readdirSync(folder).find((name) => /^__wasm_split\..*\.js$/.test(name));
if (!loaderName) throw new Error(`${folder} has no loader of split code: build with --split`);
const loaderPath = join(folder, loaderName);

const pieces = [];
let end = 0;
const loader = readFileSync(loaderPath, "utf8").replace(
  /makeLoad\(\(\) => \{\s*const src = fetch\(new URL\("\.\/(chunk_\d+)\.wasm", import\.meta\.url\)\);\s*return async \(imports\) => \(WebAssembly\.instantiateStreaming\(src, imports\)\);\s*\}/g,
  (whole, name) => {
    const bytes = readFileSync(join(folder, `${name}.wasm`));
    if (bytes.length >= SMALL) return whole;
    pieces.push({ name, bytes });
    end += bytes.length;
    return `makeLoad(() => piece(${end - bytes.length}, ${end})`;
  },
);
if (pieces.length === 0) throw new Error(`${loaderPath} loads no small piece in the way that is known here`);

const piece = `let joined = undefined;
function fetchJoined() {
    const answer = fetch(new URL("./${JOINED}.wasm", import.meta.url)).then((response) => {
        if (!response.ok) throw new Error(\`${JOINED}.wasm: \${response.status}\`);
        return response.arrayBuffer();
    });
    // As with single pieces, a failure is not remembered.
    answer.catch(() => { joined = undefined; });
    return answer;
}
function piece(start, end) {
    joined ??= fetchJoined();
    const bytes = joined;
    return async (imports) => WebAssembly.instantiate(new Uint8Array(await bytes, start, end - start), imports);
}
`;
const firstUse = loader.indexOf("/*");
writeFileSync(loaderPath, loader.slice(0, firstUse) + piece + loader.slice(firstUse));
writeFileSync(join(folder, `${JOINED}.wasm`), Buffer.concat(pieces.map(({ bytes }) => bytes)));

// Pages name in their heads what the manifest says that they will need.
const manifestPath = join(folder, "__wasm_split_manifest.json");
const isJoined = new Set(pieces.map(({ name }) => name));
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
for (const [part, files] of Object.entries(manifest)) {
  const apart = files.filter((file) => !isJoined.has(file));
  manifest[part] = apart.length < files.length ? [...apart, JOINED] : files;
}
writeFileSync(manifestPath, JSON.stringify(manifest));
for (const { name } of pieces) unlinkSync(join(folder, `${name}.wasm`));
console.log(`build: ${pieces.length} small pieces of the browser half are one file now.`);
