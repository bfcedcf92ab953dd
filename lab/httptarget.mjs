// Scriptable HTTP targets: each has a port and a mode, and each change of mode is told with the time it took effect.

import { createServer } from 'node:http';
import {
  BadCommand, endOnSignal, integer, integerArgument, listen, readArguments, startAdmin, tell, tellReady, wallClock,
} from './service.mjs';

const HEALTHY = '{"status":"ok"}\n';
const ERROR_PAGE = '<!doctype html><title>Error</title><h1>Something went wrong</h1><p>Please try again later.</p>\n';
const DRIP_BODY = HEALTHY.repeat(16);
const MOST_CONNECTIONS = 512; // a target: what comes beyond is closed at once, so memory stays bounded
const DEFAULT_MS = { slow: 2_000, drip: 250 };
const LONGEST_MS = 600_000;

/** How each mode answers a request. What isn't here never reaches a request. */
const ANSWERS = {
  ok: (request, response) => answer(response, 200, 'application/json', HEALTHY),
  error500: (request, response) => answer(response, 500, 'text/plain', 'Internal Server Error\n'),
  errorpage: (request, response) => answer(response, 200, 'text/html', ERROR_PAGE),
  slow: (request, response, { ms }) => {
    const timer = setTimeout(() => ANSWERS.ok(request, response), ms);
    response.once('close', () => clearTimeout(timer));
  },
  drip: (request, response, { ms }) => drip(response, ms),
  partial: (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': HEALTHY.length * 4 });
    response.write(HEALTHY, () => response.socket?.destroySoon());
  },
  redirectloop: (request, response) => {
    const hop = (Number(new URL(request.url, 'http://target').searchParams.get('hop')) || 0) + 1;
    response.writeHead(302, { location: `/?hop=${hop}`, 'content-length': 0 });
    response.end();
  },
  reset: (request) => request.socket.resetAndDestroy(),
};
const MODES = [...Object.keys(ANSWERS), 'refuse', 'freeze'];

class Target {
  #server = null;
  #sockets = new Set();
  #frozen = new Set(); // requests that wait for the end of the freeze: { request, response }

  constructor(index) {
    Object.assign(this, { index, port: 0, mode: 'ok', ms: 0, requests: 0 });
  }

  async open(port) {
    // No limits of time: an idle connection breaks only when a mode breaks it.
    const limits = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    const server = createServer(limits, (request, response) => this.#receive(request, response));
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.port = await listen(server, port);
    this.#server = server;
  }

  /** Changes the mode; returns when the change is in effect, with the time before and the time after it. */
  async set(mode, ms) {
    const before = wallClock();
    const was = this.mode;
    Object.assign(this, { mode, ms });
    if (mode === 'refuse') await this.#close();
    else if (this.#server === null) await this.open(this.port);
    if (mode === 'reset') for (const socket of this.#sockets) socket.resetAndDestroy();
    // A process that thaws answers what waited: in its new mode, as everything from now on.
    if (was === 'freeze' && mode !== 'freeze') this.#thaw();
    return { target: this.index, port: this.port, mode, ms, before_ms: before, at_ms: wallClock() };
  }

  status() {
    return { target: this.index, port: this.port, mode: this.mode, ms: this.ms, requests: this.requests, connections: this.#sockets.size };
  }

  #receive(request, response) {
    this.requests += 1;
    request.resume();
    if (this.mode === 'refuse') return request.socket.destroy(); // came in before the listener closed
    if (this.mode !== 'freeze') return ANSWERS[this.mode](request, response, this);
    const held = { request, response };
    this.#frozen.add(held);
    response.once('close', () => this.#frozen.delete(held));
  }

  #thaw() {
    const held = [...this.#frozen];
    this.#frozen.clear();
    for (const { request, response } of held) ANSWERS[this.mode]?.(request, response, this);
  }

  async #close() {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    await new Promise((resolve) => {
      server.close(resolve);
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

function answer(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function drip(response, ms) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': DRIP_BODY.length });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(DRIP_BODY[sent++]);
    if (sent < DRIP_BODY.length) return;
    clearInterval(timer);
    response.end();
  }, ms);
  response.once('close', () => clearInterval(timer));
}

/** The targets of `all`, `7` or `2-5`. */
function choose(targets, text) {
  if (text === 'all') return targets;
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const chosen = targets.slice(Number(first), Number(last) + 1);
  if (first === undefined || chosen.length === 0) throw new BadCommand(`target=${text}: it must be all, a number or a range below ${targets.length}`);
  return chosen;
}

async function setMode(targets, query) {
  const mode = query.get('mode');
  if (!MODES.includes(mode)) throw new BadCommand(`mode=${mode}: it must be one of ${MODES.join(', ')}`);
  const ms = query.has('ms') ? integer(query.get('ms'), 1, LONGEST_MS) : (DEFAULT_MS[mode] ?? 0);
  if (ms === null) throw new BadCommand(`ms=${query.get('ms')}: it must be an integer from 1 to ${LONGEST_MS}`);

  const changes = [];
  for (const target of choose(targets, query.get('target') ?? 'all')) {
    const change = await target.set(mode, ms);
    tell({ event: 'mode', ...change });
    changes.push(change);
  }
  return { changes };
}

// One command after the other: a listener that opens and one that closes must not meet.
let turn = Promise.resolve();
function inTurn(act) {
  const mine = turn.then(act);
  turn = mine.catch(() => {});
  return mine;
}

const usage = `usage: node lab/httptarget.mjs [--targets N] [--port N] [--admin-port N] [--end-with-stdin]
  --targets   how many, each at a port of its own (default 1); with --port, at N, N+1, …
  POST /admin/mode?mode=M[&target=all|7|2-5][&ms=N]   M: ${MODES.join(' ')}
  GET  /admin/targets`;
const args = readArguments(usage, { targets: { type: 'string', default: '1' } });
const first = integerArgument(args, 'port', 0, 65_535, usage);
const targets = Array.from({ length: integerArgument(args, 'targets', 1, 5_000, usage) }, (_, index) => new Target(index));
endOnSignal(args);

for (const target of targets) await target.open(first === 0 ? 0 : first + target.index);
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/mode': (query) => inTurn(() => setMode(targets, query)),
  'GET /admin/targets': () => ({ targets: targets.map((target) => target.status()) }),
});
tellReady({ port: targets[0].port, ports: targets.map((target) => target.port), admin_port: adminPort });
