// A small trading venue: REST and WebSocket streams over one order book, in its own shape and in those of three well-known
// venues, with the faults of real ones at the admin port.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { Book } from './book.mjs';
import {
  BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tell, tellReady, wallClock,
} from './service.mjs';
import { shapeRoutes, STREAMS, SYMBOLS } from './shapes.mjs';
import { signedRoutes } from './signed.mjs';

const SYMBOL = SYMBOLS.native;
const STEP_MS = 200;
const HEARTBEAT_MS = 1_000;
const MOST_STREAMS = 256;
const MOST_BUFFERED = 1_000_000; // bytes; a reader that is further behind is disconnected, as venues do
const LONGEST_MS = 86_400_000;
const STATUSES = ['trading', 'cancel_only', 'post_only', 'halted', 'maintenance'];

const usage = `usage: node lab/venue.mjs [--port N] [--admin-port N] [--end-with-stdin]
  its own shape: GET /api/v1/time  /api/v1/exchangeInfo  /api/v1/depth?symbol=${SYMBOL}[&limit=N]
                 POST /api/v1/order/test?symbol=${SYMBOL}   whether an order would be taken: 200, or 403 with the status
                 WebSocket /ws       a snapshot, then a book message each ${STEP_MS} ms, and trades
  as Binance:    GET /api/v3/{time,exchangeInfo,depth}?symbol=${SYMBOLS.binance}, WebSocket /stream/binance
  as Coinbase:   GET /time  /products/${SYMBOLS.coinbase}[/book], WebSocket /stream/coinbase
  as Kraken:     GET /0/public/{Time,SystemStatus,AssetPairs,Depth}?pair=${SYMBOLS.kraken}, WebSocket /stream/kraken
  Signed orders: POST /api/v3/order[/test], DELETE /api/v3/order; POST /orders, DELETE /orders/client:ID; POST /0/private/{AddOrder,CancelOrder};
                 the keys are in signed.mjs
  Faults; with &for=MS one that can be switched ends by itself:
  POST /admin/silent?on=1|0      the streams stay open and silent; REST goes on
  POST /admin/crossed?on=1|0     the best bid is above the best ask
  POST /admin/empty?on=1|0       the book has no levels
  POST /admin/one-sided?on=1|0   the book has no bids
  POST /admin/checksum?on=1|0    the checksums of the stream are wrong
  POST /admin/refuse?on=1|0      disconnects all streams and takes no new ones (503)
  POST /admin/status?status=S    S: ${STATUSES.join(' ')}
  POST /admin/clock?ms=N         the venue's clock is ahead by N ms (negative: behind)
  POST /admin/limit?on=1|0[&retry=S]   REST answers 429 with Retry-After: S (default 1)
  POST /admin/refuse-orders?on=1|0   signed orders are refused, while the book moves
  POST /admin/keep-orders?on=1|0     no order is taken back
  POST /admin/drop               disconnects all streams
  POST /admin/lifetime?ms=N      streams are disconnected at that age, as by venues after 24 h (0: never)
  POST /admin/shutdown[?ms=N]    announces the end of the server to all streams and disconnects them N ms later (default 500)
  POST /admin/gap?size=N         skips N messages of the streams (default 1)
  POST /admin/withhold?on=1|0    streams that connect get no snapshot, only changes; when it ends all get one
  GET  /admin/status`;
const args = readArguments(usage);
const book = new Book();
const faults = { silent: false, crossed: false, empty: false, one_sided: false, checksum: false, refuse: false, limit: false, refuse_orders: false, keep_orders: false, withhold: false, status: 'trading' };
const settings = { clock_ms: 0, retry_s: 1, lifetime_ms: 0 };
const timers = new Map(); // of faults that end by themselves
let skip = 0; // messages of the streams still to be left out
let changedAt = Date.now();

const now = () => Date.now() + settings.clock_ms;

/** The book as the venue shows it: when crossed, the best ask is offered below the best bid. */
function shown() {
  const { bids, asks } = book.snapshot();
  if (faults.empty) return { bids: [], asks: [] };
  return { bids: faults.one_sided ? [] : bids, asks: faults.crossed ? [crossingLevel(bids[0]), ...asks] : asks };
}

const venue = { now, shown, faults, status: () => faults.status, sequence: () => book.sequence, changedAt: () => changedAt + settings.clock_ms };

function crossingLevel([price]) {
  return [(Number(price) - 1).toFixed(2), '1.0000'];
}

function serveDepth(response, query) {
  if (query.get('symbol') !== SYMBOL) return sendJson(response, 400, { code: 'UNKNOWN_SYMBOL', message: `the only symbol is ${SYMBOL}` });
  const limit = integer(query.get('limit') ?? '20', 1, 100);
  if (limit === null) return sendJson(response, 400, { code: 'BAD_LIMIT', message: 'limit must be an integer from 1 to 100' });
  const { bids, asks } = shown();
  sendJson(response, 200, { symbol: SYMBOL, sequence: book.sequence, time: venue.changedAt(), bids: bids.slice(0, limit), asks: asks.slice(0, limit) });
}

function serveOrderTest(response, query) {
  if (query.get('symbol') !== SYMBOL) return sendJson(response, 400, { code: 'UNKNOWN_SYMBOL', message: `the only symbol is ${SYMBOL}` });
  if (faults.status === 'trading' || faults.status === 'post_only') return sendJson(response, 200, { accepted: true, status: faults.status });
  sendJson(response, 403, { code: faults.status.toUpperCase(), message: `${SYMBOL} is ${faults.status}: no new orders` });
}

const routes = {
  'GET /api/v1/time': (response) => sendJson(response, 200, { time: now() }),
  'GET /api/v1/exchangeInfo': (response) =>
    sendJson(response, 200, { time: now(), status: faults.status, symbols: [{ symbol: SYMBOL, status: faults.status, base: 'ETH', quote: 'USD' }] }),
  'GET /api/v1/depth': serveDepth,
  'POST /api/v1/order/test': serveOrderTest,
};
for (const [route, answer] of Object.entries(shapeRoutes(venue))) routes[route] = (response, query) => sendJson(response, ...answer(query));

const signed = signedRoutes(venue);

/** A signed request: read whole, verified, answered. */
async function serveSigned(route, params, request, response, url) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > signed.longestBody) return sendJson(response, 413, { message: 'too long' });
  }
  try {
    sendJson(response, ...route({ url, query: url.searchParams, headers: request.headers, method: request.method, body, params }));
  } catch (error) {
    sendJson(response, 400, { message: error.message }); // a body that is not what its shape has
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://venue');
  const wild = `${request.method} ${url.pathname.replace(/[^/]+$/, '*')}`;
  const signedRoute = signed.routes[`${request.method} ${url.pathname}`] ?? signed.routes[wild];
  if (signedRoute && !faults.limit) return void serveSigned(signedRoute, url.pathname.split('/').at(-1), request, response, url).catch(() => response.destroy());
  request.resume();
  if (faults.limit) {
    response.setHeader('retry-after', String(settings.retry_s));
    return sendJson(response, 429, { code: 'TOO_MANY_REQUESTS', message: 'slow down' });
  }
  const route = routes[`${request.method} ${url.pathname}`];
  if (!route) return sendJson(response, 404, { code: 'NOT_FOUND', message: `there are: ${Object.keys(routes).join(', ')}` });
  route(response, url.searchParams);
});
server.maxConnections = 1_024;

// Its own shape: the book's own changes, and a snapshot at once.
const native = {
  greet: () => [...native.snapshot(), ...native.status()],
  snapshot: () => [JSON.stringify({ type: 'snapshot', symbol: SYMBOL, sequence: book.sequence, time: now(), ...shown() })],
  status: () => [JSON.stringify({ type: 'status', symbol: SYMBOL, status: faults.status, time: now() })],
  shutdown: () => [JSON.stringify({ type: 'serverShutdown', time: now() })],
  heartbeat: () => [],
};
const shapes = { '/ws': native, ...STREAMS };

const streams = new WebSocketServer({ noServer: true, maxPayload: 4_096 });
server.on('upgrade', (request, socket, head) => {
  const shape = shapes[new URL(request.url, 'http://venue').pathname];
  if (!shape || faults.refuse) return socket.end(`HTTP/1.1 ${shape ? '503 Service Unavailable' : '404 Not Found'}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  streams.handleUpgrade(request, socket, head, (stream) => accept(stream, shape));
});

function accept(socket, shape) {
  Object.assign(socket, { shape, since: Date.now(), subscribed: !shape.subscribes });
  socket.on('error', () => {}); // it closes: that is all
  if (streams.clients.size > MOST_STREAMS) return socket.close(1013, 'too many streams');
  if (shape.subscribes) socket.on('message', (data) => subscribe(socket, data));
  if (!faults.silent) sendAll(socket, faults.withhold ? shape.status(venue) : shape.greet(venue));
}

function subscribe(socket, data) {
  let request;
  try {
    request = JSON.parse(data);
  } catch {
    return socket.close(1003, 'not JSON');
  }
  sendAll(socket, socket.shape.acknowledge(request));
  if (!faults.silent && !faults.withhold && !socket.subscribed) sendAll(socket, socket.shape.snapshot(venue));
  socket.subscribed = true;
}

function sendAll(socket, texts) {
  for (const text of texts) {
    if (socket.bufferedAmount > MOST_BUFFERED) return socket.terminate();
    if (socket.readyState === socket.OPEN) socket.send(text);
  }
}

function publish(textsOf, filter = () => true) {
  const made = new Map(); // the same for all streams of a shape
  for (const socket of streams.clients) {
    if (!filter(socket)) continue;
    if (!made.has(socket.shape)) made.set(socket.shape, textsOf(socket.shape));
    sendAll(socket, made.get(socket.shape));
  }
}

let before = shown();

function step() {
  const { trade } = book.step();
  changedAt = Date.now();
  const [was, after] = [before, shown()];
  before = after;
  retireOld();
  if (faults.silent) return;
  if (skip > 0) {
    skip -= 1;
    return;
  }
  const time = now();
  const change = { before: was, after, sequence: book.sequence, time, wrongChecksum: faults.checksum };
  publish((shape) => (shape === native ? nativeStep(change, trade) : shape.update(change)), (socket) => socket.subscribed);
}

function nativeStep({ before: was, after, sequence, time }, trade) {
  const side = (old, fresh) => {
    const [a, b] = [new Map(old), new Map(fresh)];
    return [...[...a.keys()].filter((price) => !b.has(price)).map((price) => [price, '0.0000']), ...[...b].filter(([price, size]) => a.get(price) !== size)];
  };
  const texts = [JSON.stringify({ type: 'book', symbol: SYMBOL, sequence, time, bids: side(was.bids, after.bids), asks: side(was.asks, after.asks) })];
  if (trade) texts.push(JSON.stringify({ type: 'trade', symbol: SYMBOL, time, ...trade }));
  return texts;
}

function retireOld() {
  if (settings.lifetime_ms === 0) return;
  for (const socket of streams.clients) if (Date.now() - socket.since >= settings.lifetime_ms) socket.close(1001, 'connection limit reached');
}

// Who has followed the stream missed what was left out: send the whole book again.
function resynchronize() {
  before = shown();
  publish((shape) => shape.snapshot(venue), (socket) => socket.subscribed);
}

/** Changes something now, back to `back` after &for=MS; each change is a line on stdout with the time before and after it. */
function change(name, query, apply, back) {
  clearTimeout(timers.get(name));
  timers.delete(name);
  const lasts = query.get('for') === null ? 0 : integer(query.get('for'), 1, LONGEST_MS);
  if (lasts === null) throw new BadCommand(`for=${query.get('for')}: it must be milliseconds, 1 to ${LONGEST_MS}`);
  const told = (act) => {
    const before_ms = wallClock();
    act();
    tell({ event: 'fault', fault: name, ...faults, before_ms, at_ms: wallClock() });
  };
  told(apply);
  if (lasts > 0) timers.set(name, setTimeout(() => told(back), lasts));
  return status();
}

function switchFault(name, ends = () => {}, begins = () => {}) {
  const set = (on) => {
    const was = faults[name];
    faults[name] = on;
    if (on && !was) begins();
    if (!on && was) ends();
  };
  return (query) => {
    const on = isOn(query);
    return change(name, query, () => set(on), () => set(false));
  };
}

function setStatus(query) {
  const wanted = query.get('status');
  if (!STATUSES.includes(wanted)) throw new BadCommand(`status=${wanted}: it must be one of ${STATUSES.join(', ')}`);
  const set = (word) => {
    faults.status = word;
    publish((shape) => shape.status(venue));
  };
  return change('status', query, () => set(wanted), () => set('trading'));
}

function setting(name, parameter, least, most) {
  return (query) => {
    const text = query.get(parameter) ?? '';
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) throw new BadCommand(`${parameter}=${text}: it must be an integer from ${least} to ${most}`);
    const set = (number) => {
      settings[name] = number;
    };
    return change(name, query, () => set(value), () => set(0));
  };
}

const limitRequests = switchFault('limit');

function setLimit(query) {
  const retry = integer(query.get('retry') ?? '1', 0, 3_600);
  if (retry === null) throw new BadCommand(`retry=${query.get('retry')}: it must be seconds, 0 to 3600`);
  settings.retry_s = retry;
  return limitRequests(query);
}

function leaveOut(query) {
  const size = integer(query.get('size') ?? '1', 1, 1_000);
  if (size === null) throw new BadCommand(`size=${query.get('size')}: it must be an integer from 1 to 1000`);
  skip = size;
  return status();
}

function disconnect() {
  for (const socket of streams.clients) socket.terminate();
}

function drop(query) {
  return change('drop', query, disconnect, () => {});
}

function shutDown(query) {
  const after = integer(query.get('ms') ?? '500', 0, 60_000);
  if (after === null) throw new BadCommand(`ms=${query.get('ms')}: it must be milliseconds, 0 to 60000`);
  return change('shutdown', new URLSearchParams(), () => {
    publish((shape) => shape.shutdown(venue));
    const told = [...streams.clients];
    setTimeout(() => told.forEach((socket) => socket.close(1012, 'service restart')), after);
  }, () => {});
}

function status() {
  return { ...faults, ...settings, sequence: book.sequence, streams: streams.clients.size, orders: signed.seen() };
}

const stepping = setInterval(step, STEP_MS);
const beating = setInterval(() => {
  if (!faults.silent) publish((shape) => shape.heartbeat(venue), (socket) => socket.subscribed);
}, HEARTBEAT_MS);
endOnSignal(args, () => {
  clearInterval(stepping);
  clearInterval(beating);
});

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/silent': switchFault('silent', resynchronize),
  'POST /admin/withhold': switchFault('withhold', resynchronize),
  'POST /admin/crossed': switchFault('crossed'),
  'POST /admin/empty': switchFault('empty'),
  'POST /admin/one-sided': switchFault('one_sided'),
  'POST /admin/checksum': switchFault('checksum'),
  'POST /admin/refuse': switchFault('refuse', () => {}, disconnect),
  'POST /admin/refuse-orders': switchFault('refuse_orders'),
  'POST /admin/keep-orders': switchFault('keep_orders'),
  'POST /admin/status': setStatus,
  'POST /admin/clock': setting('clock_ms', 'ms', -LONGEST_MS, LONGEST_MS),
  'POST /admin/limit': setLimit,
  'POST /admin/drop': drop,
  'POST /admin/lifetime': setting('lifetime_ms', 'ms', 0, LONGEST_MS),
  'POST /admin/shutdown': shutDown,
  'POST /admin/gap': leaveOut,
  'GET /admin/status': status,
});
tellReady({
  port, url: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}/ws`, admin_port: adminPort,
  streams: Object.fromEntries(Object.keys(STREAMS).map((path) => [path.slice('/stream/'.length), `ws://127.0.0.1:${port}${path}`])),
});
