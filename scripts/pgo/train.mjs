#!/usr/bin/env node
// train.mjs PROGRAM [POSTGRES_URL]: lets a server do what busy servers do; with_profile.sh has it count where its time goes.
// Everything is drawn from one seed, and it takes half a minute.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [program, postgresUrl] = process.argv.slice(2);
if (!program) throw new Error("usage: train.mjs PROGRAM [POSTGRES_URL]");

const N_CALLERS = 32;
const TOKEN = "0123456789abcdef0123456789abcdef";
/** What the old service set for its loops; the clients that come from there learn by it. */
const OLD_SERVICE = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";
const agent = new Agent({ keepAlive: true, maxSockets: N_CALLERS });

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function drawer(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const draw = drawer(1);
const below = (n) => Math.floor(draw() * n);

/** Words and numbers in turn, as features usually are. */
function features(names, n) {
  const made = {};
  for (let at = 0; at < n; at++) {
    made[`${names}${at}`] = at % 2 ? Math.round(draw() * 1000) / 100 : `word${below(40)}`;
  }
  return made;
}

const CATALOGUE = Array.from({ length: 1000 }, (_, at) => ({
  id: `article-${at}`,
  features: [{ topic: `topic${at % 12}`, ...features("feature", 5 + below(15)) }],
}));

function rankBody(eventId, nActions) {
  const first = below(CATALOGUE.length);
  const actions = Array.from({ length: nActions }, (_, at) => CATALOGUE[(first + at * 17) % CATALOGUE.length]);
  const contextFeatures = [{ user: { likes: `topic${below(12)}`, ...features("trait", 6) } }, features("moment", 4)];
  return { eventId, contextFeatures, actions };
}

/** Who likes a topic pays for it four times in five, others once in twenty. */
function reward(body, chosen) {
  const action = body.actions.find((action) => action.id === chosen);
  const isLiked = action.features[0].topic === body.contextFeatures[0].user.likes;
  return draw() < (isLiked ? 0.8 : 0.05) ? 1 : 0;
}

class Server {
  static async start(dataDir) {
    const server = new Server();
    server.port = await freePort();
    const args = ["serve", "--no-demo", "--addr", `127.0.0.1:${server.port}`, "--data-dir", dataDir];
    const env = { ...process.env, RANKLOOP_ADMIN_TOKEN: TOKEN, RUST_LOG: "error", DATABASE_URL: postgresUrl ?? "" };
    server.process = spawn(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    // Only when something went wrong here is it still there.
    process.once("exit", () => server.process.kill("SIGKILL"));
    server.ended = new Promise((resolve) => server.process.once("exit", resolve));
    for (let n = 0; n < 300; n++) {
      if (server.process.exitCode !== null) break;
      if (await server.call("GET", "/readyz").then(() => true, () => false)) return server;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${program} did not start`);
  }

  /** In order: counters are written when the process ends by itself. */
  async stop() {
    this.process.kill("SIGTERM");
    const code = await this.ended;
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }

  call(method, path, body, headers = { authorization: `Bearer ${TOKEN}` }) {
    const text = body === undefined ? "" : JSON.stringify(body);
    const sent = { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const calling = request({ port: this.port, host: "127.0.0.1", method, path, agent, headers: sent }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const said = Buffer.concat(parts).toString();
          if (answer.statusCode >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`));
          else resolve(said.startsWith("{") ? JSON.parse(said) : said);
        });
      });
      calling.on("error", reject);
      calling.end(text);
    });
  }

  async makeLoop({ name, policy, multiSlot }) {
    const made = await this.call("POST", "/api/v1/loops", { name, multiSlot });
    const loop = { server: this, id: made.id, headers: { "ocp-apim-subscription-key": made.keys[0] } };
    if (policy) await loopCall(loop, "PUT", "/v1.0/configurations/policy", { name, arguments: policy });
    return loop;
  }
}

const loopCall = (loop, method, path, body) =>
  loop.server.call(method, `/personalizer${path}`, body, loop.headers);

async function freePort() {
  const door = createServer();
  await new Promise((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address();
  await new Promise((resolve) => door.close(resolve));
  return port;
}

/** Has many callers do `n` things, each the next one as soon as its last is done. */
async function together(n, act) {
  let next = 0;
  const caller = async () => {
    while (next < n) await act(next++);
  };
  await Promise.all(Array.from({ length: N_CALLERS }, caller));
}

async function onePage(loop, nth, nActions) {
  const body = rankBody(`${loop.id}-${nth}`, nActions);
  const { rewardActionId } = await loopCall(loop, "POST", "/v1.0/rank", body);
  if (draw() < 0.5) {
    await loopCall(loop, "POST", `/v1.0/events/${body.eventId}/reward`, { value: reward(body, rewardActionId) });
  }
}

async function severalSlots(loop, nth) {
  const { eventId, contextFeatures, actions } = rankBody(`${loop.id}-${nth}`, 10);
  const slots = [0, 1, 2].map((at) => ({ id: `slot${at}`, baselineAction: actions[at].id, features: [{ place: at }] }));
  await loopCall(loop, "POST", "/v1.1-preview.1/multislot/rank", { eventId, contextFeatures, actions, slots });
  const rewards = slots.map((slot) => ({ slotId: slot.id, value: draw() < 0.3 ? 1 : 0 }));
  await loopCall(loop, "POST", `/v1.1-preview.1/multislot/events/${eventId}/reward`, { reward: rewards });
}

const dataDir = mkdtempSync(join(tmpdir(), "rankloop-training-"));
try {
  const server = await Server.start(dataDir);
  const parts = [
    { name: "auto", nEvents: 12_000, nActions: 10 },
    { name: "auto with many actions", nEvents: 1_500, nActions: 50 },
    { name: "the old service's arguments", policy: OLD_SERVICE, nEvents: 20_000, nActions: 10 },
    { name: "the same with many actions", policy: OLD_SERVICE, nEvents: 2_000, nActions: 50 },
    { name: "SquareCB", policy: "--cb_explore_adf --squarecb --cb_type mtr -q ::", nEvents: 3_000, nActions: 10 },
    { name: "bags", policy: "--cb_explore_adf --bag 5 --cb_type dr -q ::", nEvents: 1_500, nActions: 10 },
    { name: "three slots", multiSlot: true, nEvents: 1_500 },
  ];
  for (const part of parts) {
    const { name, nEvents, nActions } = part;
    console.log(`train: ${nEvents} events, ${name}`);
    const loop = await server.makeLoop(part);
    await together(nEvents, (nth) => (part.multiSlot ? severalSlots(loop, nth) : onePage(loop, nth, nActions)));
    const ofLoop = `/api/v1/loops/${loop.id}`;
    for (const path of ["/stats", "/events?limit=50", "/events?state=learned&rewardMin=0.5", "/configuration"]) {
      await server.call("GET", ofLoop + path);
    }
  }
  await server.stop();
  console.log("train: once more from the log");
  await (await Server.start(dataDir)).stop();
} finally {
  agent.destroy();
  rmSync(dataDir, { recursive: true, force: true });
}
