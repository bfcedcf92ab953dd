// A real Bitcoin node, bcoin, on a chain of its own (regtest), with blocks, reorganisations and lags at the admin port.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { BadCommand, endOnSignal, freePort, integer, integerArgument, isOn, log, LOOPBACK, readArguments, startAdmin, tell, tellReady, wallClock } from './service.mjs';

const USER = 'x'; // bcoin takes any
const MOST_BLOCKS = 1_000;
const LONGEST_AGO = 100_000; // minutes

const usage = `usage: node lab/bitcoin.mjs [--port N] [--admin-port N] [--peer HOST:PORT] [--password TEXT] [--end-with-stdin]
  --peer   follows another node's chain (its p2p address from its ready line)
  POST /admin/mine?blocks=N[&minutes-ago=M]   N blocks (default 1), the last with a timestamp M minutes ago (default 0)
  POST /admin/reorg?depth=N                   mines N + 1 blocks beside the newest N, which they replace
  POST /admin/lag?on=1|0                      takes no blocks from its peers: the head stalls while RPC answers; catches up
  POST /admin/wait?height=N                   answers when the node has that height, or 400 after 10 s
  GET  /admin/status`;
const args = readArguments(usage, { peer: { type: 'string' }, password: { type: 'string', default: 'k' } });

const require = createRequire(new URL('./bitcoin/package.json', import.meta.url));
if (!existsSync(new URL('./bitcoin/node_modules/mrmr/build/Release/mrmr.node', import.meta.url))) {
  log('bcoin is not there, or could not be compiled: run lab/install, with a C++ compiler, make and python3 installed.');
  process.exit(4);
}
const { FullNode } = require('bcoin');
// Blocks are announced five seconds late, together; the tests need not wait for that.
require('bcoin/lib/net/peer').INV_INTERVAL = 100;

const asked = integerArgument(args, 'port', 0, 65_535, usage);
const port = asked === 0 ? await freePort() : asked;
const p2p = await freePort();
const node = new FullNode({
  network: 'regtest', memory: true, config: false, workers: false, logLevel: 'error', upnp: false,
  apiKey: args.password, httpHost: LOOPBACK, httpPort: port,
  listen: true, host: LOOPBACK, port: p2p, publicHost: LOOPBACK, publicPort: p2p, only: args.peer ? [args.peer] : [], nodes: [], seeds: [],
});
node.on('error', (error) => log(error.message));
await node.open();
await node.connect();
node.startSync();

/** One block on top of `tip`; `time` in seconds since 1970, or null for as soon as the rules allow. */
async function mineOne(time = null, tip = node.chain.tip) {
  const job = await node.miner.cpu.createJob(tip);
  if (time !== null) job.attempt.time = Math.max(time, job.attempt.mtp + 1);
  const entry = await node.chain.add(await job.mineAsync());
  if (!entry) throw new BadCommand('the node did not take the block');
  return entry;
}

function number(query, name, fallback, least, most) {
  const value = integer(query.get(name) ?? String(fallback), least, most);
  if (value === null) throw new BadCommand(`${name}=${query.get(name)}: it must be an integer from ${least} to ${most}`);
  return value;
}

/** Runs a change; it is a line on stdout with the time before and after it. */
async function told(event, act) {
  const before_ms = wallClock();
  await act();
  tell({ event, ...status(), before_ms, at_ms: wallClock() });
  return status();
}

function mine(query) {
  const [blocks, ago] = [number(query, 'blocks', 1, 1, MOST_BLOCKS), number(query, 'minutes-ago', 0, 0, LONGEST_AGO)];
  return told('mine', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (let left = blocks; left > 0; left--) await mineOne(now - ago * 60 - (left - 1));
  });
}

function reorganise(query) {
  const depth = number(query, 'depth', 1, 1, 100);
  if (depth >= node.chain.height) throw new BadCommand(`depth=${depth}: the chain has ${node.chain.height} blocks`);
  return told('reorg', async () => {
    let tip = await node.chain.getEntry(node.chain.height - depth);
    for (let i = 0; i <= depth; i++) tip = await mineOne(null, tip);
  });
}

let lagging = false;

function lag(query) {
  const on = isOn(query);
  return told('lag', async () => {
    if (on) node.pool.stopSync();
    else node.pool.startSync();
    lagging = on;
  });
}

async function wait(query) {
  const height = number(query, 'height', 0, 0, 10_000_000);
  for (const end = performance.now() + 10_000; node.chain.height < height; await pause(10)) {
    if (performance.now() > end) throw new BadCommand(`height ${height} was not reached within 10 s, the head is ${node.chain.height}`);
  }
  return status();
}

function status() {
  return { height: node.chain.height, hash: node.chain.tip.rhash(), peers: node.pool.peers.size(), lagging };
}

endOnSignal(args, () => {});
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/mine': mine,
  'POST /admin/reorg': reorganise,
  'POST /admin/lag': lag,
  'POST /admin/wait': wait,
  'GET /admin/status': status,
});
tellReady({ port, url: `http://${LOOPBACK}:${port}/`, admin_port: adminPort, p2p: `${LOOPBACK}:${p2p}`, user: USER, password: args.password });
