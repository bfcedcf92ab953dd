// A stand-in for a Solana node: answers in the shapes of the official RPC documents from a chain that goes by the clock, with the
// faults of real nodes and validators at the admin port. It holds no ledger and takes no transactions.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tell, tellReady, wallClock,
} from './service.mjs';

const SLOT_MS = 400;
const SLOTS_IN_EPOCH = 432_000;
const START_SLOT = 300_000_000;
const CONFIRMED = 1; // slots below the processed one
const FINALIZED = 31;
const TRANSACTIONS_A_SLOT = 1_200;
const LARGEST_REQUEST = 100_000;
const LARGEST_BATCH = 40;
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const usage = `usage: node lab/solana.mjs [--port N] [--admin-port N] [--end-with-stdin]
  POST /admin/halt?on=1|0           nothing moves any more: slots, transactions, blockhash
  POST /admin/stall?on=1|0          slots go on, the transaction count and the blockhash do not
  POST /admin/behind?slots=N        N slots behind the cluster: getHealth says so with -32005 (0: healthy)
  POST /admin/unhealthy?on=1|0      getHealth answers -32005 without a number
  POST /admin/delinquent?on=1|0     our validator stops voting and is listed as delinquent
  POST /admin/silent?on=1|0         our validator stops voting and is not listed as delinquent yet
  POST /admin/gone?on=1|0           our validator has no vote account any more
  POST /admin/skipped?percent=N     our validator skips N % of its slots
  POST /admin/offline?percent=N     N % of the network's stake is delinquent
  POST /admin/balance?lamports=N    what our validator's identity holds
  POST /admin/devnet?on=1|0         the node is on devnet instead of mainnet-beta
  POST /admin/limit?on=1|0          answers 429
  GET  /admin/status`;
const args = readArguments(usage);
const faults = { halt: false, stall: false, unhealthy: false, delinquent: false, silent: false, gone: false, devnet: false, limit: false };
const settings = { behind: 0, skipped: 0, offline: 0, lamports: 12_345_678_901n };
const frozen = { halt: 0, stall: 0, delinquent: 0, silent: 0 }; // the slot at which each fault began
const began = Date.now();

const base58 = (bytes) => {
  let [text, number] = ['', BigInteger(bytes)];
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  return text.padStart(43, '1');
};
const BigInteger = (bytes) => BigInt(`0x${bytes.toString('hex')}`);
const key = (name) => base58(createHash('sha256').update(name).digest());

const VOTE = key('our vote account');
const IDENTITY = key('our identity');
const OTHERS = Array.from({ length: 19 }, (_, i) => ({ vote: key(`vote ${i}`), node: key(`node ${i}`) }));
const STAKE = 20_000_000_000_000_000n; // lamports of each validator, beyond 2^53

/** Newest slot of the cluster, and the newest that this node has worked on. */
const clusterSlot = () => START_SLOT + Math.floor((Date.now() - began) / SLOT_MS);
const processed = () => (faults.halt ? frozen.halt : clusterSlot()) - settings.behind;
const slotAt = (commitment = 'finalized') => processed() - ({ processed: 0, confirmed: CONFIRMED, finalized: FINALIZED }[commitment] ?? FINALIZED);
const timeOf = (slot) => Math.floor((began + (slot - START_SLOT) * SLOT_MS) / 1000);
/** Where the ledger's content is: it may stand still while slots go on. */
const content = (slot) => (faults.stall ? Math.min(slot, frozen.stall) : slot);
const isSkipped = (slot) => slot % 50 === 7;

class RpcFailure extends Error {
  constructor(code, message, data) {
    super(message);
    Object.assign(this, { code, data });
  }
}

const withContext = (value, commitment) => ({ context: { apiVersion: '2.1.0', slot: slotAt(commitment) }, value });

function health() {
  if (settings.behind > 0) throw new RpcFailure(-32005, `Node is behind by ${settings.behind} slots`, { numSlotsBehind: settings.behind });
  if (faults.unhealthy) throw new RpcFailure(-32005, 'Node is unhealthy', { numSlotsBehind: null });
  return 'ok';
}

function account(vote, node, lastVote) {
  return {
    activatedStake: STAKE, commission: 5, epochCredits: [[694, 1_000_000, 990_000]], epochVoteAccount: true,
    lastVote, nodePubkey: node, rootSlot: lastVote - FINALIZED, votePubkey: vote,
  };
}

function voteAccounts({ votePubkey } = {}) {
  const now = slotAt('processed');
  const down = Math.round((settings.offline / 100) * (OTHERS.length + 1));
  const [current, delinquent] = [[], []];
  OTHERS.forEach(({ vote, node }, i) => (i < down ? delinquent : current).push(account(vote, node, i < down ? now - 5_000 : now - 1)));
  if (!faults.gone) {
    const stopped = faults.delinquent ? frozen.delinquent : faults.silent ? frozen.silent : now - 1;
    (faults.delinquent ? delinquent : current).push(account(VOTE, IDENTITY, Math.min(stopped, now - 1)));
  }
  const wanted = (list) => list.filter(({ votePubkey: own }) => votePubkey === undefined || own === votePubkey);
  return { current: wanted(current), delinquent: wanted(delinquent) };
}

function blockProduction({ identity, range } = {}) {
  const last = slotAt('confirmed');
  const first = range?.firstSlot ?? last - (last % SLOTS_IN_EPOCH);
  if (first > last) throw new RpcFailure(-32602, `firstSlot, ${first}, cannot be greater than lastSlot, ${last}`);
  const byIdentity = {};
  if (identity === undefined) {
    const skipped = Math.floor((last - first + 1) / 50);
    byIdentity[OTHERS[0].node] = [last - first + 1, last - first + 1 - skipped];
  } else if (identity === IDENTITY && !faults.gone) byIdentity[IDENTITY] = [100, 100 - settings.skipped];
  return withContext({ byIdentity, range: { firstSlot: first, lastSlot: last } }, 'confirmed');
}

function block(slot) {
  if (slot > slotAt('confirmed')) throw new RpcFailure(-32004, `Block not available for slot ${slot}`);
  if (isSkipped(slot)) throw new RpcFailure(-32007, `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`);
  return {
    blockHeight: slot - Math.floor(slot / 50), blockTime: timeOf(slot), blockhash: key(`block ${slot}`), parentSlot: slot - 1, previousBlockhash: key(`block ${slot - 1}`),
  };
}

const methods = {
  getHealth: health,
  getGenesisHash: () => (faults.devnet ? 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG' : '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d'),
  getVersion: () => ({ 'feature-set': 2_891_131_721, 'solana-core': '2.1.0' }),
  getSlot: ([config]) => slotAt(config?.commitment),
  getBlockHeight: ([config]) => slotAt(config?.commitment) - Math.floor(slotAt(config?.commitment) / 50),
  getTransactionCount: ([config]) => content(slotAt(config?.commitment)) * TRANSACTIONS_A_SLOT,
  getEpochInfo([config]) {
    const slot = slotAt(config?.commitment);
    return {
      absoluteSlot: slot, blockHeight: slot - Math.floor(slot / 50), epoch: Math.floor(slot / SLOTS_IN_EPOCH), slotIndex: slot % SLOTS_IN_EPOCH,
      slotsInEpoch: SLOTS_IN_EPOCH, transactionCount: content(slot) * TRANSACTIONS_A_SLOT,
    };
  },
  getLatestBlockhash([config]) {
    const slot = content(slotAt(config?.commitment));
    return withContext({ blockhash: key(`block ${slot}`), lastValidBlockHeight: slot - Math.floor(slot / 50) + 150 }, config?.commitment);
  },
  getBlockTime: ([slot]) => block(Number(slot) - (isSkipped(slot) ? 1 : 0)).blockTime,
  getBlock: ([slot]) => block(Number(slot)),
  getVoteAccounts: ([config]) => voteAccounts(config),
  getBlockProduction: ([config]) => blockProduction(config),
  getBalance: ([owner, config]) => withContext(owner === IDENTITY ? settings.lamports : 0, config?.commitment),
};

function answerOne(request) {
  const { id = null, method, params = [] } = request ?? {};
  if (!Array.isArray(params) || typeof method !== 'string') return { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid request' }, id };
  if (!methods[method]) return { jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id };
  try {
    return { jsonrpc: '2.0', result: methods[method](params), id };
  } catch (error) {
    const { code = -32603, message, data } = error;
    return { jsonrpc: '2.0', error: { code, message, ...(data ? { data } : {}) }, id };
  }
}

/** JSON with the digits of numbers that a double cannot hold. */
const write = (value) => JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? `#${member}#` : member)).replace(/"#(\d+)#"/g, '$1');

const server = createServer((request, response) => {
  const parts = [];
  let size = 0;
  request.on('data', (part) => {
    size += part.length;
    if (size > LARGEST_REQUEST) return request.destroy();
    parts.push(part);
  });
  request.on('end', () => {
    if (faults.limit) {
      response.setHeader('retry-after', '1');
      return sendJson(response, 429, { jsonrpc: '2.0', error: { code: 429, message: 'Too many requests for a specific RPC call' }, id: null });
    }
    let asked;
    try {
      asked = JSON.parse(Buffer.concat(parts));
    } catch {
      return sendJson(response, 400, { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error' }, id: null });
    }
    const answer = Array.isArray(asked) ? asked.slice(0, LARGEST_BATCH).map(answerOne) : answerOne(asked);
    const body = write(answer);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.maxConnections = 256;

function status() {
  return { ...faults, ...settings, lamports: String(settings.lamports), slot: processed(), slot_time: timeOf(slotAt('confirmed')) };
}

function told(fault, act) {
  const before_ms = wallClock();
  act();
  tell({ event: 'fault', fault, ...status(), before_ms, at_ms: wallClock() });
  return status();
}

function switched(name) {
  return (query) => {
    const on = isOn(query);
    return told(name, () => {
      if (on && !faults[name] && name in frozen) frozen[name] = name === 'stall' ? slotAt('confirmed') : clusterSlot();
      faults[name] = on;
    });
  };
}

function number(name, parameter, most, convert = Number) {
  return (query) => {
    const value = integer(query.get(parameter), 0, most);
    if (value === null) throw new BadCommand(`${parameter}=${query.get(parameter)}: it must be an integer from 0 to ${most}`);
    return told(name, () => (settings[name] = convert(value)));
  };
}

endOnSignal(args);
const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  ...Object.fromEntries(Object.keys(faults).map((name) => [`POST /admin/${name}`, switched(name)])),
  'POST /admin/behind': number('behind', 'slots', 1_000_000),
  'POST /admin/skipped': number('skipped', 'percent', 100),
  'POST /admin/offline': number('offline', 'percent', 100),
  'POST /admin/balance': number('lamports', 'lamports', Number.MAX_SAFE_INTEGER, BigInt),
  'GET /admin/status': status,
});
tellReady({ port, url: `http://127.0.0.1:${port}/`, admin_port: adminPort, vote_account: VOTE, identity: IDENTITY });
