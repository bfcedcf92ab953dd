// A small trading venue: REST and a WebSocket stream over one order book, with the faults of real ones at the admin port.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { Book } from './book.mjs';
import { BadCommand, endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tellReady } from './service.mjs';

const SYMBOL = 'ETHUSD';
const STEP_MS = 200;
const MOST_STREAMS = 256;
const MOST_BUFFERED = 1_000_000; // bytes; a reader that is further behind is disconnected, as venues do
const STATUSES = ['trading', 'cancel_only', 'post_only', 'halted'];

const usage = `usage: node lab/venue.mjs [--port N] [--admin-port N] [--end-with-stdin]
  GET  /api/v1/time   /api/v1/exchangeInfo   /api/v1/depth?symbol=${SYMBOL}[&limit=N]
  POST /api/v1/order/test?symbol=${SYMBOL}   whether an order would be taken: 200, or 403 with the status
  WebSocket /ws       a snapshot, then a book message each ${STEP_MS} ms, and trades
  POST /admin/silent?on=1|0      the stream stays open and silent; REST goes on
  POST /admin/drop               disconnects all streams
  POST /admin/gap?size=N         skips N messages of the stream (default 1)
  POST /admin/status?status=S    S: ${STATUSES.join(' ')}
  POST /admin/crossed?on=1|0     the best bid is above the best ask
  GET  /admin/status`;
const args = readArguments(usage);
const book = new Book();
const faults = { silent: false, crossed: false, status: 'trading' };
let skip = 0; // messages of the stream still to be left out

/** The book as the venue shows it: when crossed, the best ask is offered below the best bid. */
function shown() {
  const { bids, asks } = book.snapshot();
  return { bids, asks: faults.crossed ? [crossingLevel(bids[0]), ...asks] : asks };
}

function crossingLevel([price]) {
  return [(Number(price) - 1).toFixed(2), '1.0000'];
}

function serveDepth(response, query) {
  if (query.get('symbol') !== SYMBOL) return sendJson(response, 400, { code: 'UNKNOWN_SYMBOL', message: `the only symbol is ${SYMBOL}` });
  const limit = integer(query.get('limit') ?? '20', 1, 100);
  if (limit === null) return sendJson(response, 400, { code: 'BAD_LIMIT', message: 'limit must be an integer from 1 to 100' });
  const { bids, asks } = shown();
  sendJson(response, 200, { symbol: SYMBOL, sequence: book.sequence, time: Date.now(), bids: bids.slice(0, limit), asks: asks.slice(0, limit) });
}

function serveOrderTest(response, query) {
  if (query.get('symbol') !== SYMBOL) return sendJson(response, 400, { code: 'UNKNOWN_SYMBOL', message: `the only symbol is ${SYMBOL}` });
  if (faults.status === 'trading' || faults.status === 'post_only') return sendJson(response, 200, { accepted: true, status: faults.status });
  sendJson(response, 403, { code: faults.status.toUpperCase(), message: `${SYMBOL} is ${faults.status}: no new orders` });
}

const routes = {
  'GET /api/v1/time': (response) => sendJson(response, 200, { time: Date.now() }),
  'GET /api/v1/exchangeInfo': (response) =>
    sendJson(response, 200, { time: Date.now(), status: faults.status, symbols: [{ symbol: SYMBOL, status: faults.status, base: 'ETH', quote: 'USD' }] }),
  'GET /api/v1/depth': serveDepth,
  'POST /api/v1/order/test': serveOrderTest,
};

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url, 'http://venue');
  const route = routes[`${request.method} ${url.pathname}`];
  if (!route) return sendJson(response, 404, { code: 'NOT_FOUND', message: `there are: ${Object.keys(routes).join(', ')}` });
  route(response, url.searchParams);
});
server.maxConnections = 1_024;

const streams = new WebSocketServer({ server, path: '/ws', maxPayload: 4_096 });
streams.on('connection', (socket) => {
  socket.on('error', () => {}); // it closes: that is all
  if (streams.clients.size > MOST_STREAMS) return socket.close(1013, 'too many streams');
  if (!faults.silent) send(socket, { type: 'snapshot', symbol: SYMBOL, sequence: book.sequence, time: Date.now(), ...shown() });
});

function send(socket, message) {
  if (socket.bufferedAmount > MOST_BUFFERED) return socket.terminate();
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}

function publish(message) {
  for (const socket of streams.clients) send(socket, message);
}

function step() {
  const { delta, trade } = book.step();
  if (faults.silent) return;
  if (skip > 0) {
    skip -= 1;
    return;
  }
  const time = Date.now();
  const asks = faults.crossed ? [...delta.asks, crossingLevel(book.snapshot().bids[0])] : delta.asks;
  publish({ type: 'book', symbol: SYMBOL, sequence: delta.sequence, time, bids: delta.bids, asks });
  if (trade) publish({ type: 'trade', symbol: SYMBOL, time, ...trade });
}

// Who has followed the stream missed what was left out, or has levels that are no more: send the whole book again.
function resynchronize() {
  publish({ type: 'snapshot', symbol: SYMBOL, sequence: book.sequence, time: Date.now(), ...shown() });
}

function setFault(name, on) {
  const ends = faults[name] && !on;
  faults[name] = on;
  if (ends) resynchronize();
  return status();
}

function setStatus(query) {
  const wanted = query.get('status');
  if (!STATUSES.includes(wanted)) throw new BadCommand(`status=${wanted}: it must be one of ${STATUSES.join(', ')}`);
  faults.status = wanted;
  publish({ type: 'status', symbol: SYMBOL, status: wanted, time: Date.now() });
  return status();
}

function leaveOut(query) {
  const size = integer(query.get('size') ?? '1', 1, 1_000);
  if (size === null) throw new BadCommand(`size=${query.get('size')}: it must be an integer from 1 to 1000`);
  skip = size;
  return status();
}

function drop() {
  for (const socket of streams.clients) socket.terminate();
  return status();
}

function status() {
  return { ...faults, sequence: book.sequence, streams: streams.clients.size };
}

const stepping = setInterval(step, STEP_MS);
endOnSignal(args, () => clearInterval(stepping));

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/silent': (query) => setFault('silent', isOn(query)),
  'POST /admin/crossed': (query) => setFault('crossed', isOn(query)),
  'POST /admin/status': setStatus,
  'POST /admin/gap': leaveOut,
  'POST /admin/drop': drop,
  'GET /admin/status': status,
});
tellReady({ port, url: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}/ws`, admin_port: adminPort });
