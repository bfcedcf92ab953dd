// A proxy in front of a real node that makes its answers wrong in the ways that nodes really are: the faults that anvil cannot make by itself.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { post } from './rpc.mjs';
import {
  BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, requiredArgument, sendJson, startAdmin, tellReady, wallClock,
} from './service.mjs';

const LARGEST_REQUEST = 1_000_000;
const UPSTREAM_TIMEOUT_MS = 5_000;
const FAULTS = ['stall', 'jump', 'chain', 'fork', 'finalized', 'age', 'logs', 'state', 'syncing', 'cut', 'hang', 'limit', 'ws'];

const usage = `usage: node lab/liar.mjs --node URL [--port N] [--admin-port N] [--quota N] [--end-with-stdin]
  --quota  calls that are taken in a second; more are refused with -32005 (none without it)
  POST /admin/FAULT?on=1|0  sets or ends a fault; each ends by itself after ms=… where that is given:
    stall      the head stands where it is, and the state behind it
    jump       by=5: every other answer comes from a member of a balancer whose head is so many blocks behind
    chain      id=1: another chain id
    fork       depth=2: other hashes from so many blocks below the head on
    finalized  by=8: the finalized block goes back
    age        seconds=691200: blocks are so much older than they are
    logs       eth_getLogs finds none
    state      the state is gone: missing trie node
    syncing    the node says that it is catching up
    cut        the answer ends in the middle of its transfer
    hang       no answer
    limit      every call is refused with -32005
    ws         the subscriptions bring nothing more
  GET  /admin/status`;
const args = readArguments(usage, { node: { type: 'string' }, quota: { type: 'string' } });
const node = requiredArgument(args, 'node', usage);
const quota = args.quota === undefined ? null : integerArgument(args, 'quota', 1, 1_000_000, usage);

const faults = new Map(); // name → its parameters
let turn = 0; // which member of the balancer answers
let second = { at: 0, calls: 0 };

async function headNumber() {
  return Number((await post(node, { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] }, UPSTREAM_TIMEOUT_MS)).result);
}

async function setFault(name, query) {
  if (!isOn(query)) {
    faults.delete(name);
    return status();
  }
  const number = (key, usual) => {
    const value = integer(query.get(key) ?? String(usual), 0, 1_000_000_000);
    if (value === null) throw new BadCommand(`${key}=${query.get(key)}: it must be a whole number`);
    return value;
  };
  const made = {
    stall: async () => ({ head: await headNumber() }),
    jump: () => ({ by: number('by', 5) }),
    chain: () => ({ id: number('id', 1) }),
    fork: async () => ({ from: Math.max(1, (await headNumber()) - number('depth', 2)) }),
    finalized: () => ({ by: number('by', 8) }),
    age: () => ({ seconds: number('seconds', 691_200) }),
  }[name];
  const fault = made ? await made() : {};
  faults.set(name, fault);
  const ms = number('ms', 0);
  if (ms > 0) setTimeout(() => faults.get(name) === fault && faults.delete(name), ms);
  return status();
}

function status() {
  return { faults: Object.fromEntries(faults), at_ms: wallClock() };
}

const hex = (number) => `0x${number.toString(16)}`;
const otherHash = (hash) => `0x${createHash('sha256').update(hash).digest('hex')}`;

/** The head that this answer knows of; null for the node's own. */
async function headHere() {
  if (faults.has('stall')) return faults.get('stall').head;
  if (faults.has('jump') && turn++ % 2 === 1) return Math.max(0, (await headNumber()) - faults.get('jump').by);
  return null;
}

/** The request as the node is asked it: "latest" is the head that we know of. */
function asked(request, head) {
  if (head === null || !Array.isArray(request.params)) return request;
  return { ...request, params: request.params.map((parameter) => (parameter === 'latest' || parameter === 'pending' ? hex(head) : parameter)) };
}

function altered(request, answer, head) {
  const fail = (code, message) => ({ jsonrpc: '2.0', id: request.id, error: { code, message } });
  if (faults.has('limit')) return fail(-32005, 'limit exceeded');
  if ('error' in answer) return answer;
  let { result } = answer;
  switch (request.method) {
    case 'eth_chainId':
      if (faults.has('chain')) result = hex(faults.get('chain').id);
      break;
    case 'eth_blockNumber':
      if (head !== null) result = hex(head);
      break;
    case 'eth_syncing':
      if (faults.has('syncing')) result = { startingBlock: '0x0', currentBlock: '0x1', highestBlock: '0x64' };
      break;
    case 'eth_getLogs':
      if (faults.has('logs')) result = [];
      break;
    case 'eth_getBalance':
    case 'eth_call':
      if (faults.has('state')) return fail(-32000, 'missing trie node 56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421 (path )');
      break;
    case 'eth_getBlockByNumber':
    case 'eth_getBlockByHash':
      result = block(result, head);
      break;
  }
  return { ...answer, result };
}

function block(found, head) {
  if (!found || (head !== null && Number(found.number) > head)) return null;
  const changed = { ...found };
  if (faults.has('fork')) {
    const { from } = faults.get('fork');
    if (Number(found.number) >= from) changed.hash = otherHash(found.hash);
    if (Number(found.number) > from) changed.parentHash = otherHash(found.parentHash);
  }
  if (faults.has('age')) changed.timestamp = hex(Math.max(0, Number(found.timestamp) - faults.get('age').seconds));
  return changed;
}

/** Requests for the finalized block are asked for the number that it has gone back to. */
async function forFinalized(requests) {
  if (!faults.has('finalized') || !requests.some((request) => request.params?.[0] === 'finalized')) return requests;
  const final = (await post(node, { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['finalized', false] }, UPSTREAM_TIMEOUT_MS)).result;
  const back = hex(Math.max(0, Number(final.number) - faults.get('finalized').by));
  return requests.map((request) => (request.params?.[0] === 'finalized' ? { ...request, params: [back, ...request.params.slice(1)] } : request));
}

function isOverQuota(calls) {
  const now = Math.floor(Date.now() / 1000);
  if (second.at !== now) second = { at: now, calls: 0 };
  second.calls += calls;
  return quota !== null && second.calls > quota;
}

async function answer(text) {
  const body = JSON.parse(text);
  const requests = Array.isArray(body) ? body : [body];
  if (isOverQuota(requests.length)) {
    const refused = requests.map(({ id = null }) => ({ jsonrpc: '2.0', id, error: { code: -32005, message: 'limit exceeded' } }));
    return Array.isArray(body) ? refused : refused[0];
  }
  const head = await headHere();
  const answers = await post(node, (await forFinalized(requests)).map((request) => asked(request, head)), UPSTREAM_TIMEOUT_MS);
  const by = new Map(answers.map((one) => [one.id, one]));
  const changed = requests.map((request) => altered(request, by.get(request.id) ?? { jsonrpc: '2.0', id: request.id, result: null }, head));
  return Array.isArray(body) ? changed : changed[0];
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'JSON-RPC is served by POST' });
  let text = '';
  try {
    for await (const part of request.setEncoding('utf8')) {
      text += part;
      if (text.length > LARGEST_REQUEST) return sendJson(response, 413, { error: 'too large' });
    }
  } catch {
    return; // the client went away
  }
  if (faults.has('hang')) return; // the client gives up
  let result;
  try {
    result = await answer(text);
  } catch (error) {
    return sendJson(response, 502, { error: error.message });
  }
  if (!faults.has('cut')) return sendJson(response, 200, result);
  const bytes = Buffer.from(JSON.stringify(result));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
});

// Messages go through as they are, but for what subscriptions bring.
new WebSocketServer({ server }).on('connection', (client) => {
  const upstream = new WebSocket(node.replace(/^http/, 'ws'));
  const waiting = [];
  client.on('message', (message) => (upstream.readyState === WebSocket.OPEN ? upstream.send(String(message)) : waiting.push(String(message))));
  upstream.on('open', () => waiting.splice(0).forEach((message) => upstream.send(message)));
  upstream.on('message', (message) => {
    const text = String(message);
    const isMute = faults.has('ws') || faults.has('stall');
    if (!(isMute && text.includes('eth_subscription'))) client.send(text);
  });
  for (const [one, other] of [[client, upstream], [upstream, client]]) {
    one.on('error', () => other.terminate());
    one.on('close', () => other.terminate());
  }
});

endOnSignal(args);
const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const routes = Object.fromEntries(FAULTS.map((name) => [`POST /admin/${name}`, (query) => setFault(name, query)]));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), { ...routes, 'GET /admin/status': status });
tellReady({ port, url: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}`, admin_port: adminPort });
