// The uplink of a vantage point: an HTTP forward proxy to loopback that can be cut, which is how Nines loses its own network.

import { createServer, request as requestUpstream } from 'node:http';
import { connect } from 'node:net';
import { Transform, pipeline } from 'node:stream';
import {
  BadCommand, LOOPBACK, endOnSignal, integer, integerArgument, isOn, listen, log, readArguments, sendJson, startAdmin, tell, tellReady,
  wallClock,
} from './service.mjs';

const MOST_CONNECTIONS = 1_024;
const LONGEST_LATENCY_MS = 60_000;

const usage = `usage: node lab/proxy.mjs [--port N] [--admin-port N] [--latency-ms N] [--end-with-stdin]
  CONNECT and absolute-form requests, to targets on loopback only
  POST /admin/cut?on=1|0       refuse new connections and reset the open ones; restore; also SIGUSR1 and SIGUSR2
  POST /admin/block?port=N&on=1|0   the way to this one target: refuse (502) and reset; restore
  POST /admin/latency?ms=N     delay what comes back, from now on
  GET  /admin/status`;
const args = readArguments(usage, { 'latency-ms': { type: 'string', default: '0' } });
let latencyMs = integerArgument(args, 'latency-ms', 0, LONGEST_LATENCY_MS, usage);
let port = integerArgument(args, 'port', 0, 65_535, usage);
let server = null;
let wanted = true; // open
let change = Promise.resolve(); // the last change of the listener: the next one waits for it
const sockets = new Set(); // both ends of all that is open
const blocked = new Set(); // ports of targets that cannot be reached from here
const ways = new Map(); // what is open to a target: both ends, by its port

function track(socket) {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => {}); // a reset is a normal end here
  return socket;
}

/** Both ends of a connection to a target, so that the way to it can be cut. */
function lead(port, ...ends) {
  if (!ways.has(port)) ways.set(port, new Set());
  const open = ways.get(port);
  for (const end of ends) {
    open.add(end);
    end.once('close', () => open.delete(end));
  }
}

/** The loopback address a host name stands for, or null: this proxy may reach nothing else. */
function loopback(host) {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost') return LOOPBACK;
  return bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare) ? bare : null;
}

/** Passes chunks on after the latency, in order. */
function delay() {
  return new Transform({
    transform(chunk, encoding, done) {
      if (latencyMs === 0) return done(null, chunk);
      setTimeout(() => done(null, chunk), latencyMs);
    },
  });
}

function join(from, to, ...through) {
  pipeline([from, ...through, to], () => {});
}

function tunnel(request, client, head) {
  track(client);
  const [, host, to] = /^(.*):(\d+)$/.exec(request.url) ?? [];
  const address = loopback(host ?? '');
  if (address === null || integer(to, 1, 65_535) === null) return client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');

  if (blocked.has(Number(to))) return client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');

  const upstream = track(connect(Number(to), address));
  lead(Number(to), client, upstream);
  // What kept it from the target, as RFC 9209 writes it.
  upstream.once('error', (error) => client.end(`HTTP/1.1 502 Bad Gateway\r\nproxy-status: lab; error=${error.code === 'ECONNREFUSED' ? 'connection_refused' : 'destination_unavailable'}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`));
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.write(head);
    join(client, upstream);
    join(upstream, client, delay());
  });
  client.once('close', () => upstream.destroy());
}

function forward(request, response) {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url?.protocol !== 'http:') return sendJson(response, 400, { error: 'this is a proxy: the request needs an absolute http address' });
  const address = loopback(url.hostname);
  if (address === null) return sendJson(response, 403, { error: 'only targets on loopback' });

  const to = Number(url.port || 80);
  if (blocked.has(to)) return sendJson(response, 502, { error: 'the target cannot be reached from here' });

  const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = request.headers;
  const upstream = requestUpstream({
    host: address, port: to, method: request.method, path: url.pathname + url.search, headers, agent: false,
  });
  upstream.once('socket', (socket) => {
    track(socket);
    lead(to, socket);
  });
  upstream.once('error', () => (response.headersSent ? response.destroy() : sendJson(response, 502, { error: 'the target is away' })));
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    join(answer, response, delay());
  });
  response.once('close', () => upstream.destroy());
  join(request, upstream);
}

async function open() {
  const opening = createServer(forward).on('connect', tunnel).on('connection', track);
  opening.maxConnections = MOST_CONNECTIONS;
  port = await listen(opening, port);
  server = opening;
}

async function close() {
  const closing = server;
  server = null;
  await new Promise((resolve) => {
    closing.close(resolve);
    for (const socket of sockets) socket.resetAndDestroy();
  });
}

function cut(on) {
  wanted = !on;
  change = change.then(async () => {
    if (wanted === (server !== null)) return;
    await (wanted ? open() : close());
    tell({ event: wanted ? 'restored' : 'cut', port, at_ms: wallClock() });
  }).catch((error) => log(`cannot ${on ? 'cut' : 'restore'}: ${error.message}`));
  return change.then(status);
}

/** Cuts the way to one target, for this vantage point only: a regional fault. */
function block(query) {
  const target = integer(query.get('port'), 1, 65_535);
  if (target === null) throw new BadCommand(`port=${query.get('port')}: it must be an integer from 1 to 65535`);
  const on = isOn(query);
  const before_ms = wallClock();
  if (on) {
    blocked.add(target);
    for (const socket of ways.get(target) ?? []) socket.resetAndDestroy();
  } else {
    blocked.delete(target);
  }
  tell({ event: on ? 'blocked' : 'unblocked', port, target, before_ms, at_ms: wallClock() });
  return status();
}

function setLatency(query) {
  const ms = integer(query.get('ms'), 0, LONGEST_LATENCY_MS);
  if (ms === null) throw new BadCommand(`ms=${query.get('ms')}: it must be an integer from 0 to ${LONGEST_LATENCY_MS}`);
  latencyMs = ms;
  return status();
}

function status() {
  return { cut: server === null, latency_ms: latencyMs, blocked: [...blocked], open_sockets: sockets.size };
}

process.on('SIGUSR1', () => cut(true));
process.on('SIGUSR2', () => cut(false));
endOnSignal(args);

await open();
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/cut': (query) => cut(isOn(query)),
  'POST /admin/block': block,
  'POST /admin/latency': setLatency,
  'GET /admin/status': status,
});
tellReady({ port, url: `http://${LOOPBACK}:${port}`, admin_port: adminPort });
