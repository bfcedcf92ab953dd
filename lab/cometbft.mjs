// A stand-in for a CometBFT node and for the slashing module of a Cosmos SDK application: answers in the shapes of the official
// documents from a chain that makes a block each --block-time, with the faults of real nodes and validators at the admin port.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tell, tellReady, wallClock,
} from './service.mjs';

const VALIDATORS = 120; // more than a page
const START_HEIGHT = 9_007_199_254_740_993n; // beyond 2^53: heights are 64-bit numbers, sent as texts
const WINDOW = 100;
const MIN_SIGNED = 0.05;
const KEPT = 2_000;

const usage = `usage: node lab/cometbft.mjs [--block-time MS] [--port N] [--admin-port N] [--end-with-stdin]
  RPC at /, REST of the slashing module at /rest
  POST /admin/halt?on=1|0          no more blocks
  POST /admin/catching-up?on=1|0   the node says that it catches up
  POST /admin/behind?blocks=N      the node's head is N blocks behind the chain's
  POST /admin/miss?on=1|0          our validator signs nothing
  POST /admin/network?on=1|0       our validator and a fifth of the others sign nothing
  POST /admin/leave?on=1|0         our validator is not in the set any more
  POST /admin/jail?on=1|0          it is jailed, for ten minutes
  POST /admin/tombstone?on=1|0     it is out for ever
  POST /admin/peers?peers=N        peers of the node
  POST /admin/chain?on=1|0         the node is on another chain
  POST /admin/bare?on=1|0          RPC answers without the JSON-RPC envelope
  GET  /admin/status`;
const args = readArguments(usage, { 'block-time': { type: 'string', default: '500' } });
const blockTime = integerArgument(args, 'block-time', 50, 60_000, usage);
const faults = { halt: false, 'catching-up': false, miss: false, network: false, leave: false, jail: false, tombstone: false, chain: false, bare: false };
const settings = { behind: 0, peers: 7 };

const hex = (name) => createHash('sha256').update(name).digest('hex').toUpperCase();
const address = (i) => hex(`validator ${i}`).slice(0, 40);
const OURS = 3; // its place in the set

function bech32(prefix, bytes) {
  const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  const values = [];
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; ) values.push((held >> (bits -= 5)) & 31);
    held &= (1 << bits) - 1;
  }
  if (bits > 0) values.push((held << (5 - bits)) & 31);
  let sum = 1;
  const all = [...[...prefix].map((c) => c.charCodeAt(0) >> 5), 0, ...[...prefix].map((c) => c.charCodeAt(0) & 31), ...values, 0, 0, 0, 0, 0, 0];
  for (const value of all) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, i) => (sum ^= (top >> i) & 1 ? generator : 0));
  }
  const checksum = Array.from({ length: 6 }, (_, i) => ((sum ^ 1) >>> (5 * (5 - i))) & 31);
  return `${prefix}1${[...values, ...checksum].map((value) => alphabet[value]).join('')}`;
}

const VALCONS = bech32('cosmosvalcons', Buffer.from(address(OURS), 'hex'));
const blocks = []; // each with its height, time, set, and who did not sign it

function make() {
  const height = START_HEIGHT + BigInt(made++);
  const set = Array.from({ length: VALIDATORS }, (_, i) => i).filter((i) => !(faults.leave && i === OURS));
  const absent = set.filter((i) => (i === OURS ? faults.miss || faults.network : faults.network && i % 5 === 0));
  blocks.push({ height, time: new Date(), set, absent: new Set(absent) });
  if (blocks.length > KEPT) blocks.shift();
}

let made = 0;
for (let i = 0; i < 20; i++) make();
blocks.forEach((block, i) => (block.time = new Date(Date.now() - (blocks.length - 1 - i) * blockTime)));
const making = setInterval(() => !faults.halt && make(), blockTime);

const head = () => blocks[Math.max(1, blocks.length - 1 - settings.behind)];
const nanos = (time) => time.toISOString().replace('Z', '123456Z');
const network = () => (faults.chain ? 'other-1' : 'nines-lab-1');
const blockId = (height) => ({ hash: hex(`block ${height}`), parts: { total: 1, hash: hex(`parts ${height}`) } });
const validatorsHash = (block) => hex(`set ${block.set.join(',')}`);

class Failure extends Error {
  constructor(data) {
    super('Internal error');
    this.data = data;
  }
}

function blockAt(query) {
  const newest = head();
  const text = (query.get('height') ?? '').replaceAll('"', '');
  if (text === '') return newest;
  if (!/^\d+$/.test(text)) throw new Failure(`could not parse height: ${text}`);
  if (BigInt(text) > newest.height) throw new Failure(`height ${text} must be less than or equal to the current blockchain height ${newest.height}`);
  const block = blocks.find(({ height }) => height === BigInt(text));
  if (!block) throw new Failure(`height ${text} is not available, lowest height is ${blocks[0].height}`);
  return block;
}

function header(block) {
  return {
    version: { block: '11' }, chain_id: network(), height: String(block.height), time: nanos(block.time), last_block_id: blockId(block.height - 1n),
    last_commit_hash: hex('commit'), data_hash: hex('data'), validators_hash: validatorsHash(block), next_validators_hash: validatorsHash(block),
    consensus_hash: hex('consensus'), app_hash: hex('app'), last_results_hash: hex('results'), evidence_hash: hex('evidence'), proposer_address: address(block.set[0]),
  };
}

function commitOf(block) {
  return {
    height: String(block.height), round: 0, block_id: blockId(block.height),
    signatures: block.set.map((i) =>
      block.absent.has(i)
        ? { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null }
        : { block_id_flag: 2, validator_address: address(i), timestamp: nanos(block.time), signature: Buffer.from(hex(`signature ${i}`), 'hex').toString('base64') }),
  };
}

function validators(query) {
  const block = blockAt(query);
  const perPage = integer(query.get('per_page') ?? '30', 1, 100) ?? 30;
  const pages = Math.ceil(block.set.length / perPage);
  const page = integer(query.get('page') ?? '1', 1, pages);
  if (page === null) throw new Failure(`page should be within [1, ${pages}] range, given ${query.get('page')}`);
  const shown = block.set.slice((page - 1) * perPage, page * perPage);
  return {
    block_height: String(block.height), count: String(shown.length), total: String(block.set.length),
    validators: shown.map((i) => ({ address: address(i), pub_key: { type: 'tendermint/PubKeyEd25519', value: Buffer.from(hex(`key ${i}`), 'hex').toString('base64') }, voting_power: '20000000000000000', proposer_priority: '0' })),
  };
}

const rpc = {
  '/health': () => ({}),
  '/status': () => ({
    node_info: { protocol_version: { p2p: '8', block: '11', app: '0' }, id: hex('node').slice(0, 40).toLowerCase(), listen_addr: 'tcp://0.0.0.0:26656', network: network(), version: '0.38.12', channels: '40202122233038606100', moniker: 'lab', other: { tx_index: 'on', rpc_address: 'tcp://127.0.0.1:26657' } },
    sync_info: {
      latest_block_hash: blockId(head().height).hash, latest_app_hash: hex('app'), latest_block_height: String(head().height), latest_block_time: nanos(head().time),
      earliest_block_hash: blockId(blocks[0].height).hash, earliest_app_hash: hex('app'), earliest_block_height: String(blocks[0].height), earliest_block_time: nanos(blocks[0].time), catching_up: faults['catching-up'],
    },
    validator_info: { address: address(OURS), pub_key: { type: 'tendermint/PubKeyEd25519', value: Buffer.from(hex('key 3'), 'hex').toString('base64') }, voting_power: faults.leave ? '0' : '20000000000000000' },
  }),
  '/net_info': () => ({ listening: true, listeners: ['Listener(@)'], n_peers: String(settings.peers), peers: [] }),
  '/abci_info': () => ({ response: { data: 'labapp', version: '18.1.0', app_version: '1', last_block_height: String(head().height), last_block_app_hash: Buffer.from(hex('app'), 'hex').toString('base64') } }),
  '/commit': (query) => ({ signed_header: { header: header(blockAt(query)), commit: commitOf(blockAt(query)) }, canonical: blockAt(query) !== head() }),
  '/block'(query) {
    const block = blockAt(query);
    const before = blocks.find(({ height }) => height === block.height - 1n);
    return { block_id: blockId(block.height), block: { header: header(block), data: { txs: [] }, evidence: { evidence: [] }, last_commit: before ? commitOf(before) : null } };
  },
  '/validators': validators,
};

function signingInfo() {
  const missed = blocks.slice(-WINDOW).filter(({ absent }) => absent.has(OURS)).length;
  const until = faults.tombstone ? '9999-12-31T23:59:59Z' : faults.jail ? new Date(Date.now() + 600_000).toISOString() : '1970-01-01T00:00:00Z';
  return { val_signing_info: { address: VALCONS, start_height: '0', index_offset: '0', jailed_until: until, tombstoned: faults.tombstone, missed_blocks_counter: String(missed) } };
}

const rest = {
  '/rest/cosmos/slashing/v1beta1/params': () => ({
    params: { signed_blocks_window: String(WINDOW), min_signed_per_window: MIN_SIGNED.toFixed(18), downtime_jail_duration: '600s', slash_fraction_double_sign: '0.050000000000000000', slash_fraction_downtime: '0.000100000000000000' },
  }),
  [`/rest/cosmos/slashing/v1beta1/signing_infos/${VALCONS}`]: signingInfo,
};

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url, 'http://node');
  if (rest[url.pathname]) return sendJson(response, 200, rest[url.pathname]());
  if (url.pathname.startsWith('/rest/')) return sendJson(response, 404, { code: 5, message: 'rpc error: code = NotFound desc = SigningInfo not found for validator', details: [] });
  if (!rpc[url.pathname]) return sendJson(response, 404, { jsonrpc: '2.0', id: -1, error: { code: -32601, message: 'Method not found' } });
  try {
    const result = rpc[url.pathname](url.searchParams);
    sendJson(response, 200, faults.bare ? result : { jsonrpc: '2.0', id: -1, result });
  } catch (error) {
    sendJson(response, 500, { jsonrpc: '2.0', id: -1, error: { code: -32603, message: error.message, data: error.data ?? '' } });
  }
});
server.maxConnections = 256;

function status() {
  return { ...faults, ...settings, height: String(head().height), time: head().time.toISOString() };
}

function told(fault, act) {
  const before_ms = wallClock();
  act();
  tell({ event: 'fault', fault, ...status(), before_ms, at_ms: wallClock() });
  return status();
}

const switched = (name) => (query) => {
  const on = isOn(query);
  return told(name, () => (faults[name] = on));
};

const number = (name, parameter, most) => (query) => {
  const value = integer(query.get(parameter), 0, most);
  if (value === null) throw new BadCommand(`${parameter}=${query.get(parameter)}: it must be an integer from 0 to ${most}`);
  return told(name, () => (settings[name] = value));
};

endOnSignal(args, () => clearInterval(making));
const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  ...Object.fromEntries(Object.keys(faults).map((name) => [`POST /admin/${name}`, switched(name)])),
  'POST /admin/behind': number('behind', 'blocks', 1_000),
  'POST /admin/peers': number('peers', 'peers', 1_000),
  'GET /admin/status': status,
});
tellReady({ port, url: `http://127.0.0.1:${port}/`, rest: `http://127.0.0.1:${port}/rest/`, admin_port: adminPort, validator: VALCONS, address: address(OURS) });
