// A stub of a beacon node: the beacon API in the shape of the official specification (ethereum/beacon-APIs), over a small chain model.
// No consensus client runs here; short slots are possible. Faults of real nodes and validators at the admin port.

import { createServer } from 'node:http';
import { BeaconChain, FAR_FUTURE, hash, publicKey } from './beaconchain.mjs';
import { BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tell, tellReady, wallClock } from './service.mjs';

const MOST_BODY = 8 << 20;
const MOST_BY_GET = 64;
const MOST_STREAMS = 64;
const FORK = '0x06000000';

const usage = `usage: node lab/beacon.mjs [--port N] [--admin-port N] [--end-with-stdin] [--slot-ms N] [--slots-per-epoch N] [--validators N]
                          [--sync-committee N] [--epochs N] [--chain-id N] [--network NAME]
  GET  /eth/v1/node/{syncing,health,version,peer_count}  /eth/v1/config/spec  /eth/v1/beacon/genesis
       /eth/v1/beacon/headers[/ID]  /eth/v1/beacon/states/ID/{finality_checkpoints,validators[?id=…]}
       /eth/v1/validator/duties/proposer/EPOCH  /eth/v1/beacon/rewards/blocks/ID  /eth/v1/events?topics=…
  POST /eth/v1/beacon/states/ID/validators  /eth/v1/beacon/rewards/{attestations/EPOCH,sync_committee/ID}
       /eth/v1/validator/{duties/attester,duties/sync,liveness}/EPOCH
  Faults (a list of validators is v=1,2,5-9):
  POST /admin/lag?slots=N              the head is N slots behind
  POST /admin/stall?on=1|0             the head stands still
  POST /admin/el-offline?on=1|0        the execution layer is not reached
  POST /admin/optimistic?on=1|0        the head is not validated by the execution layer
  POST /admin/unready?on=1|0           503, as before a node is ready
  POST /admin/limit?on=1|0             429
  POST /admin/without?rewards=1|0      no rewards/attestations (404); also post=1|0: no POST of validators (405); duties=1|0: duties of past epochs refused (400)
  POST /admin/finality?on=1|0          0: nothing is justified any more
  POST /admin/participation?percent=N  so many of all validators attest and propose, from the next epoch on
  POST /admin/miss-blocks?percent=N    so many slots stay without a block
  POST /admin/offline?v=LIST           those validators do nothing (empty: all are back)
  POST /admin/wrong?v=LIST             those vote for a wrong target
  POST /admin/sync?percent=N[&v=LIST]  members of the sync committee sign so many blocks
  POST /admin/slash?v=LIST             they are slashed, for ever
  POST /admin/exit?v=LIST              they have exited
  POST /admin/reorg?depth=N            the blocks of the last N slots are replaced
  POST /admin/late?ms=N                blocks come N ms into their slot
  POST /admin/clock?ms=N               the Date header is ahead by N ms (negative: behind)
  POST /admin/peers?count=N
  GET  /admin/status`;
const args = readArguments(usage, {
  'slot-ms': { type: 'string', default: '12000' }, 'slots-per-epoch': { type: 'string', default: '32' }, validators: { type: 'string', default: '64' },
  'sync-committee': { type: 'string', default: '32' }, epochs: { type: 'string', default: '8' }, 'chain-id': { type: 'string', default: '560048' }, network: { type: 'string', default: 'stub' },
});
const slotMs = integerArgument(args, 'slot-ms', 50, 3_600_000, usage);
const slotsPerEpoch = integerArgument(args, 'slots-per-epoch', 1, 4_096, usage);
const before = integerArgument(args, 'epochs', 1, 1_000, usage) * slotsPerEpoch;
const chain = new BeaconChain({ validators: integerArgument(args, 'validators', 1, 200_000, usage), slotsPerEpoch, syncCommittee: integerArgument(args, 'sync-committee', 1, 512, usage), slotsBefore: before });
const genesisRoot = hash('genesis', args.network);

// Genesis is a whole second, as the API tells it; the stub waits for the first slot that is its own.
const genesisTime = Math.floor((Date.now() - before * slotMs) / 1_000) * 1_000;
const faults = { lag: 0, stalled: null, el_offline: false, optimistic: false, unready: false, limit: false, rewards: true, post: true, duties: true, clock_ms: 0, late_ms: null, peers: 57 };
const streams = new Set();

const text = (number) => String(number);
const currentSlot = () => Math.max(0, Math.floor((Date.now() - genesisTime) / slotMs));

/** The head as this node shows it. */
function shownHead() {
  return chain.blockAtOrBefore(faults.stalled ?? chain.slot - faults.lag);
}

const shownEpoch = () => chain.epochOf(shownHead().slot);
const refuse = (status, message) => ({ status, body: { code: status, message } });
const said = (data, more = {}) => ({ status: 200, body: { execution_optimistic: faults.optimistic, finalized: false, ...more, data } });
const plain = (data) => ({ status: 200, body: { data } });

function blockOf(id) {
  if (id === 'head') return shownHead();
  if (id === 'genesis') return chain.blocks.get(chain.canonical.get(0)) ?? null;
  if (id === 'finalized') return chain.blockAtOrBefore(chain.checkpoints.finalized * slotsPerEpoch);
  if (/^0x[0-9a-f]{64}$/.test(id)) return chain.blocks.get(id) ?? null;
  if (!/^\d{1,15}$/.test(id)) return undefined;
  const slot = Number(id);
  return slot <= shownHead().slot ? (chain.blocks.get(chain.canonical.get(slot)) ?? null) : null;
}

function headerOf(block) {
  const { slot, proposer, parent, root } = block;
  const message = { slot: text(slot), proposer_index: text(proposer), parent_root: parent, state_root: hash('state', root), body_root: hash('body', root) };
  return { root, canonical: chain.canonical.get(slot) === root, header: { message, signature: `0x${'b'.repeat(192)}` } };
}

function header(id) {
  const block = blockOf(id);
  if (block === undefined) return refuse(400, `Invalid block ID: ${id}`);
  return block === null ? refuse(404, 'Block not found') : said(headerOf(block));
}

function finality() {
  const checkpoint = (epoch) => ({ epoch: text(epoch), root: chain.blockAtOrBefore(epoch * slotsPerEpoch)?.root ?? hash('pruned', epoch) });
  const { previous, current, finalized } = chain.checkpoints;
  return said({ previous_justified: checkpoint(previous), current_justified: checkpoint(current), finalized: checkpoint(finalized) });
}

const keys = new Map();
for (let validator = 0; validator < chain.count; validator++) keys.set(publicKey(validator), validator);

/** The validators that a list of indices and public keys names; unknown ones are left out. Null when one is neither. */
function named(ids) {
  const found = [];
  for (const id of ids) {
    if (typeof id !== 'string' || !/^(\d{1,20}|0x[0-9a-fA-F]{96})$/.test(id)) return null;
    const validator = id.startsWith('0x') ? keys.get(id.toLowerCase()) : Number(id);
    if (validator !== undefined && validator < chain.count) found.push(validator);
  }
  return [...new Set(found)];
}

function validatorOf(validator) {
  const exits = chain.exitedIn.get(validator);
  return {
    index: text(validator), balance: text(chain.balances[validator]), status: chain.statusOf(validator),
    validator: {
      pubkey: publicKey(validator), withdrawal_credentials: `0x01${'0'.repeat(62)}`, effective_balance: '32000000000', slashed: chain.slashedIn.has(validator),
      activation_eligibility_epoch: '0', activation_epoch: '0', exit_epoch: exits === undefined ? FAR_FUTURE : text(exits), withdrawable_epoch: exits === undefined ? FAR_FUTURE : text(exits + 256),
    },
  };
}

function validators(state, ids) {
  if (blockOf(state) === null) return refuse(404, 'State not found');
  const wanted = named(ids);
  return wanted === null ? refuse(400, 'Invalid validator ID') : said(wanted.map(validatorOf));
}

const rewardText = ({ head, target, source, inactivity }) => ({ head: text(head), target: text(target), source: text(source), inactivity: text(inactivity) });

function attestationRewards(epochText, ids) {
  const epoch = Number(epochText);
  if (!faults.rewards) return refuse(404, 'Route not found');
  if (!(epoch + 2 <= shownEpoch()) || !chain.missed.has(epoch)) return refuse(404, 'Epoch not known or required data not available');
  const wanted = ids === null ? [...Array(chain.count).keys()] : named(ids);
  if (wanted === null) return refuse(400, 'Invalid request to retrieve attestations rewards info');
  const ideal_rewards = [1, 2, 31, 32].map((eth) => ({ effective_balance: text(eth * 1e9), head: '2862', target: '5316', source: '2862', inactivity: '0' }));
  return said({ ideal_rewards, total_rewards: wanted.map((validator) => ({ validator_index: text(validator), ...rewardText(chain.rewardOf(validator, epoch)) })) });
}

function syncRewards(id, ids) {
  const block = blockOf(id);
  if (!block) return refuse(404, 'Block not found');
  const wanted = (ids === null ? [...Array(chain.count).keys()] : (named(ids) ?? [])).filter((validator) => chain.syncPlacesOf(validator).length > 0);
  return said(wanted.map((validator) => ({ validator_index: text(validator), reward: text(chain.syncRewardOf(validator, block.slot)) })));
}

function blockRewards(id) {
  const block = blockOf(id);
  if (!block) return refuse(404, 'Block not found');
  return said({ proposer_index: text(block.proposer), total: '41000000', attestations: '40000000', sync_aggregate: '1000000', proposer_slashings: '0', attester_slashings: '0' });
}

const dependentRoot = (epoch) => chain.blockAtOrBefore(Math.max(0, epoch * slotsPerEpoch - 1))?.root ?? genesisRoot;
const isPast = (epoch) => epoch < shownEpoch() - (faults.duties ? Infinity : 0);

function proposerDuties(epochText) {
  const epoch = Number(epochText);
  if (epoch > shownEpoch() + 1 || isPast(epoch)) return refuse(400, `Invalid epoch: ${epoch}`);
  const slots = [...Array(slotsPerEpoch).keys()].map((i) => epoch * slotsPerEpoch + i);
  return said(slots.map((slot) => ({ pubkey: publicKey(chain.proposerOf(slot)), validator_index: text(chain.proposerOf(slot)), slot: text(slot) })), { dependent_root: dependentRoot(epoch), finalized: undefined });
}

function attesterDuties(epochText, ids) {
  const epoch = Number(epochText);
  if (epoch > shownEpoch() + 1 || isPast(epoch)) return refuse(400, `Invalid epoch: ${epoch}`);
  const duty = (validator) => ({
    pubkey: publicKey(validator), validator_index: text(validator), committee_index: '0', committee_length: '128', committees_at_slot: '1',
    validator_committee_index: text(validator % 128), slot: text(chain.attesterSlotOf(validator, epoch)),
  });
  return said((named(ids) ?? []).map(duty), { dependent_root: dependentRoot(epoch - 1), finalized: undefined });
}

function syncDuties(ids) {
  const members = (named(ids) ?? []).filter((validator) => chain.syncPlacesOf(validator).length > 0);
  const duty = (validator) => ({ pubkey: publicKey(validator), validator_index: text(validator), validator_sync_committee_indices: chain.syncPlacesOf(validator).map(text) });
  return said(members.map(duty), { finalized: undefined });
}

function liveness(epochText, ids) {
  const epoch = Number(epochText);
  if (epoch > shownEpoch() || epoch < shownEpoch() - 1) return refuse(400, `Invalid epoch: ${epoch}`);
  const isLive = (validator) => chain.attesterSlotOf(validator, epoch) <= shownHead().slot && !chain.missed.get(epoch)?.has(validator);
  return plain((named(ids) ?? []).map((validator) => ({ index: text(validator), is_live: isLive(validator) })));
}

function syncing() {
  const distance = Math.max(0, currentSlot() - shownHead().slot - (currentSlot() > chain.slot ? 1 : 0) - emptySlots());
  return plain({ head_slot: text(shownHead().slot), sync_distance: text(distance), is_syncing: faults.lag > 8, is_optimistic: faults.optimistic, el_offline: faults.el_offline });
}

/** Slots up to now that nobody proposed in: a node that has seen them pass is not behind. */
function emptySlots() {
  return faults.stalled !== null || faults.lag > 0 ? 0 : chain.slot - shownHead().slot;
}

const spec = () => plain({
  CONFIG_NAME: args.network, PRESET_BASE: 'mainnet', SECONDS_PER_SLOT: text(Math.max(1, Math.round(slotMs / 1_000))), SLOT_DURATION_MS: text(slotMs), SLOTS_PER_EPOCH: text(slotsPerEpoch),
  DEPOSIT_CHAIN_ID: args['chain-id'], DEPOSIT_NETWORK_ID: args['chain-id'], GENESIS_FORK_VERSION: FORK, SYNC_COMMITTEE_SIZE: '512', MIN_EPOCHS_TO_INACTIVITY_PENALTY: '4',
  FAR_FUTURE_EPOCH: FAR_FUTURE, BLOB_SCHEDULE: [{ EPOCH: '412672', MAX_BLOBS_PER_BLOCK: '15' }],
});

const gets = [
  [/^\/eth\/v1\/node\/syncing$/, syncing],
  [/^\/eth\/v1\/node\/version$/, () => plain({ version: 'Nines-lab-stub/1.0 (not a consensus client)' })],
  [/^\/eth\/v1\/node\/peer_count$/, () => plain({ disconnected: '12', connecting: '3', connected: text(faults.peers), disconnecting: '0' })],
  [/^\/eth\/v1\/config\/spec$/, spec],
  [/^\/eth\/v1\/beacon\/genesis$/, () => plain({ genesis_time: text(genesisTime / 1_000), genesis_validators_root: genesisRoot, genesis_fork_version: FORK })],
  [/^\/eth\/v1\/beacon\/headers$/, () => said([headerOf(shownHead())])],
  [/^\/eth\/v1\/beacon\/headers\/([^/]+)$/, header],
  [/^\/eth\/v1\/beacon\/states\/[^/]+\/finality_checkpoints$/, finality],
  [/^\/eth\/v1\/beacon\/states\/([^/]+)\/validators$/, (state, query) => {
    const ids = query.getAll('id').flatMap((id) => id.split(','));
    return ids.length > MOST_BY_GET ? refuse(414, 'Too many validator IDs in request') : validators(state, ids.length === 0 ? [...Array(chain.count).keys()].map(text) : ids);
  }],
  [/^\/eth\/v1\/validator\/duties\/proposer\/(\d+)$/, proposerDuties],
  [/^\/eth\/v1\/beacon\/rewards\/blocks\/([^/]+)$/, blockRewards],
];
const listed = (body) => (Array.isArray(body) && body.length > 0 ? body : null);
const posts = [
  [/^\/eth\/v1\/beacon\/states\/([^/]+)\/validators$/, (state, body) => (faults.post ? validators(state, listed(body?.ids) ?? [...Array(chain.count).keys()].map(text)) : refuse(405, 'Method not allowed'))],
  [/^\/eth\/v1\/beacon\/rewards\/attestations\/(\d+)$/, (epoch, body) => attestationRewards(epoch, listed(body))],
  [/^\/eth\/v1\/beacon\/rewards\/sync_committee\/([^/]+)$/, (id, body) => syncRewards(id, listed(body))],
  [/^\/eth\/v1\/validator\/duties\/attester\/(\d+)$/, (epoch, body) => attesterDuties(epoch, body ?? [])],
  [/^\/eth\/v1\/validator\/duties\/sync\/\d+$/, (body) => syncDuties(body ?? [])],
  [/^\/eth\/v1\/validator\/liveness\/(\d+)$/, (epoch, body) => liveness(epoch, body ?? [])],
];

async function read(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BODY) return undefined;
    parts.push(part);
  }
  try {
    return parts.length === 0 ? null : JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function answer(request, url) {
  const body = request.method === 'POST' ? await read(request) : null;
  if (body === undefined) return refuse(400, 'Invalid body');
  for (const [pattern, route] of request.method === 'POST' ? posts : gets) {
    const match = pattern.exec(url.pathname);
    if (match) return route(...match.slice(1), request.method === 'POST' ? body : url.searchParams);
  }
  return refuse(404, 'Route not found');
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://node');
  response.sendDate = false;
  response.setHeader('date', new Date(Date.now() + faults.clock_ms).toUTCString());
  if (faults.limit) return sendJson(response, 429, { code: 429, message: 'Too many requests' });
  if (url.pathname === '/eth/v1/node/health') return response.writeHead(faults.unready ? 503 : faults.lag > 8 ? 206 : 200).end();
  if (faults.unready && !url.pathname.startsWith('/eth/v1/node/')) return sendJson(response, 503, { code: 503, message: 'Beacon node is currently syncing and not serving request on that endpoint' });
  if (url.pathname === '/eth/v1/events') return subscribe(request, response, url.searchParams);
  const { status, body } = await answer(request, url);
  sendJson(response, status, body);
});
server.maxConnections = 1_024;
server.keepAliveTimeout = 60_000;

function subscribe(request, response, query) {
  const topics = query.getAll('topics').flatMap((topic) => topic.split(','));
  if (topics.length === 0 || streams.size >= MOST_STREAMS) return sendJson(response, 400, { code: 400, message: 'Invalid topic' });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(': connected\n\n');
  const stream = { response, topics };
  streams.add(stream);
  request.resume();
  response.on('close', () => streams.delete(stream)).on('error', () => {});
}

function publish(topic, data) {
  for (const { response, topics } of streams) if (topics.includes(topic)) response.write(`event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`);
}

let told = shownHead();

function tellHead(isReorg = false) {
  const head = shownHead();
  if (head.root === told.root || (head.slot <= told.slot && !isReorg)) return;
  told = head;
  publish('head', {
    slot: text(head.slot), block: head.root, state: hash('state', head.root), epoch_transition: head.slot % slotsPerEpoch === 0,
    previous_duty_dependent_root: dependentRoot(chain.epochOf(head.slot) - 1), current_duty_dependent_root: dependentRoot(chain.epochOf(head.slot)), execution_optimistic: faults.optimistic,
  });
}

let timer;
function schedule() {
  const into = faults.late_ms ?? Math.floor(slotMs / 12);
  timer = setTimeout(tick, Math.max(1, genesisTime + (chain.slot + 1) * slotMs + into - Date.now()));
}

function tick() {
  const finalized = chain.checkpoints.finalized;
  chain.step();
  tellHead();
  if (chain.checkpoints.finalized > finalized) {
    const root = chain.blockAtOrBefore(chain.checkpoints.finalized * slotsPerEpoch)?.root ?? genesisRoot;
    publish('finalized_checkpoint', { block: root, state: hash('state', root), epoch: text(chain.checkpoints.finalized), execution_optimistic: faults.optimistic });
  }
  schedule();
}

/** Changes something now; each change is a line on stdout with the time before and after it. */
function change(fault, act) {
  const before_ms = wallClock();
  act();
  tell({ event: 'fault', fault, slot: chain.slot, before_ms, at_ms: wallClock() });
  return status();
}

function list(query) {
  const wanted = new Set();
  for (const part of (query.get('v') ?? '').split(',').filter((part) => part !== '')) {
    const [first, last] = part.split('-').map((edge) => integer(edge, 0, chain.count - 1));
    if (first === null || last === null) throw new BadCommand(`v=${query.get('v')}: it must be validators below ${chain.count}, such as 1,2,5-9`);
    for (let validator = first; validator <= (last ?? first); validator++) wanted.add(validator);
  }
  return wanted;
}

function number(query, name, least, most) {
  const given = query.get(name) ?? '';
  const value = /^-?\d+$/.test(given) ? Number(given) : NaN;
  if (!(value >= least && value <= most)) throw new BadCommand(`${name}=${given}: it must be an integer from ${least} to ${most}`);
  return value;
}

const flag = (name) => (query) => {
  const on = isOn(query);
  return change(name, () => (faults[name] = on));
};

function without(query) {
  return change('without', () => {
    for (const part of ['rewards', 'post', 'duties']) if (query.has(part)) faults[part] = query.get(part) === '0';
  });
}

function reorganize(query) {
  const depth = number(query, 'depth', 1, before);
  return change('reorg', () => {
    const { old, now } = chain.reorganize(depth);
    publish('chain_reorg', {
      slot: text(now.slot), depth: text(depth), old_head_block: old.root, new_head_block: now.root, old_head_state: hash('state', old.root), new_head_state: hash('state', now.root),
      epoch: text(chain.epochOf(now.slot)), execution_optimistic: faults.optimistic,
    });
    tellHead(true);
  });
}

function setSync(query) {
  const percent = number(query, 'percent', 0, 100);
  const members = query.has('v') ? list(query) : null;
  return change('sync', () => Object.assign(chain.faults, { sync: percent, syncOf: members }));
}

function forever(name, map, at) {
  return (query) => {
    const wanted = list(query);
    return change(name, () => wanted.forEach((validator) => map.set(validator, at())));
  };
}

function status() {
  const { offline, wrong, sync, missBlocks, finality } = chain.faults;
  const participation = chain.faults.participation.at(-1).percent;
  return { ...faults, slot: chain.slot, epoch: chain.epochOf(chain.slot), head: shownHead().slot, ...chain.checkpoints, offline: [...offline], wrong: [...wrong], participation, sync, missBlocks, finality, streams: streams.size };
}

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/lag': (query) => {
    const slots = number(query, 'slots', 0, before);
    return change('lag', () => (faults.lag = slots));
  },
  'POST /admin/stall': (query) => {
    const on = isOn(query);
    return change('stall', () => (faults.stalled = on ? (faults.stalled ?? shownHead().slot) : null));
  },
  'POST /admin/el-offline': flag('el_offline'),
  'POST /admin/optimistic': flag('optimistic'),
  'POST /admin/unready': flag('unready'),
  'POST /admin/limit': flag('limit'),
  'POST /admin/without': without,
  'POST /admin/finality': (query) => {
    const on = isOn(query);
    return change('finality', () => (chain.faults.finality = on));
  },
  'POST /admin/participation': (query) => {
    const percent = number(query, 'percent', 0, 100);
    return change('participation', () => chain.setParticipation(percent));
  },
  'POST /admin/miss-blocks': (query) => {
    const percent = number(query, 'percent', 0, 100);
    return change('miss-blocks', () => (chain.faults.missBlocks = percent));
  },
  'POST /admin/offline': (query) => {
    const wanted = list(query);
    return change('offline', () => (chain.faults.offline = wanted));
  },
  'POST /admin/wrong': (query) => {
    const wanted = list(query);
    return change('wrong', () => (chain.faults.wrong = wanted));
  },
  'POST /admin/sync': setSync,
  'POST /admin/slash': forever('slash', chain.slashedIn, () => chain.epochOf(chain.slot)),
  'POST /admin/exit': forever('exit', chain.exitedIn, () => chain.epochOf(chain.slot)),
  'POST /admin/reorg': reorganize,
  'POST /admin/late': (query) => {
    const ms = number(query, 'ms', 0, slotMs * 2);
    return change('late', () => (faults.late_ms = ms));
  },
  'POST /admin/clock': (query) => {
    const ms = number(query, 'ms', -86_400_000, 86_400_000);
    return change('clock', () => (faults.clock_ms = ms));
  },
  'POST /admin/peers': (query) => {
    const count = number(query, 'count', 0, 100_000);
    return change('peers', () => (faults.peers = count));
  },
  'GET /admin/status': status,
});
while (chain.slot < currentSlot() - 1) chain.step(); // the time that starting took
told = shownHead();
schedule();
endOnSignal(args, () => clearTimeout(timer));
tellReady({ port, url: `http://127.0.0.1:${port}`, admin_port: adminPort, genesis_root: genesisRoot });
