// The same venue in the shapes of three well-known ones: REST answers and stream messages as their public documents show them.

import { crc32 } from 'node:zlib';

const CHECKSUM_LEVELS = 10;

/** The market's name in each shape. */
export const SYMBOLS = { native: 'ETHUSD', binance: 'ETHUSDT', coinbase: 'ETH-USD', kraken: 'XETHZUSD', krakenStream: 'ETH/USD' };

/** The words that each shape has for the venue's status; where there is none, the nearest worse one. */
const WORDS = {
  binance: { trading: 'TRADING', post_only: 'HALT', cancel_only: 'HALT', halted: 'HALT', maintenance: 'BREAK' },
  kraken: { trading: 'online', post_only: 'post_only', cancel_only: 'cancel_only', halted: 'maintenance', maintenance: 'maintenance' },
};

/** Routes of all shapes: 'GET /path' → function of (query) that returns [status, body]. `venue` is { now, status, sequence, shown }. */
export function shapeRoutes(venue) {
  const depth = (query, name, most) => Math.min(Number(query.get(name)) || most, most);
  const product = () => ({
    id: SYMBOLS.coinbase, base_currency: 'ETH', quote_currency: 'USD', status: 'online', status_message: '',
    cancel_only: venue.status() === 'cancel_only', post_only: venue.status() === 'post_only', limit_only: false,
    trading_disabled: ['halted', 'maintenance'].includes(venue.status()), auction_mode: false,
  });
  const kraken = (query, result) => {
    const pair = query.get('pair');
    return pair === null || pair === SYMBOLS.kraken ? [200, { error: [], result: result() }] : [200, { error: ['EQuery:Unknown asset pair'] }];
  };
  const binance = (query, answer) =>
    query.get('symbol') === SYMBOLS.binance ? [200, answer()] : [400, { code: -1121, msg: 'Invalid symbol.' }];
  return {
    'GET /api/v3/time': () => [200, { serverTime: venue.now() }],
    'GET /api/v3/exchangeInfo': (query) =>
      binance(query, () => ({ timezone: 'UTC', serverTime: venue.now(), symbols: [{ symbol: SYMBOLS.binance, status: WORDS.binance[venue.status()] }] })),
    'GET /api/v3/depth': (query) =>
      binance(query, () => {
        const { bids, asks } = venue.shown();
        const limit = depth(query, 'limit', 100);
        return { lastUpdateId: venue.sequence(), bids: bids.slice(0, limit), asks: asks.slice(0, limit) };
      }),
    'GET /time': () => [200, { iso: new Date(venue.now()).toISOString(), epoch: venue.now() / 1000 }],
    [`GET /products/${SYMBOLS.coinbase}`]: () => [200, product()],
    [`GET /products/${SYMBOLS.coinbase}/book`]: () => {
      const { bids, asks } = venue.shown();
      const level = ([price, size]) => [price, size, 1];
      return [200, { bids: bids.map(level), asks: asks.map(level), sequence: venue.sequence(), auction_mode: false, auction: null, time: new Date(venue.changedAt()).toISOString() }];
    },
    'GET /0/public/Time': (query) => kraken(query, () => ({ unixtime: Math.floor(venue.now() / 1000), rfc1123: new Date(venue.now()).toUTCString() })),
    'GET /0/public/SystemStatus': (query) => kraken(query, () => ({ status: WORDS.kraken[venue.status()], timestamp: new Date(venue.now()).toISOString() })),
    'GET /0/public/AssetPairs': (query) => kraken(query, () => ({ [SYMBOLS.kraken]: { altname: 'ETHUSD', wsname: 'ETH/USD', status: 'online' } })),
    'GET /0/public/Depth': (query) =>
      kraken(query, () => {
        const { bids, asks } = venue.shown();
        const level = ([price, size]) => [price, size, Math.floor(venue.changedAt() / 1000)];
        const count = depth(query, 'count', 100);
        return { [SYMBOLS.kraken]: { asks: asks.slice(0, count).map(level), bids: bids.slice(0, count).map(level) } };
      }),
  };
}

/**
 * How a stream speaks in each shape. Each has: greet(venue) → texts sent at the opening, snapshot(venue) → texts of the whole book after the
 * client subscribed, update(step) → texts of a step {before, after, sequence, time, wrongChecksum}, status(venue), shutdown(venue), heartbeat(venue).
 */
export const STREAMS = {
  '/stream/binance': {
    subscribes: true,
    greet: () => [],
    acknowledge: (request) => [JSON.stringify({ result: null, id: request.id ?? null })],
    snapshot: () => [], // its clients ask REST for it
    update: ({ before, after, sequence, time }) => [
      JSON.stringify({
        e: 'depthUpdate', E: time, s: SYMBOLS.binance, U: sequence, u: sequence, b: changes(before.bids, after.bids), a: changes(before.asks, after.asks),
      }),
    ],
    status: () => [],
    shutdown: (venue) => [JSON.stringify({ e: 'serverShutdown', E: venue.now() })],
    heartbeat: () => [],
  },
  '/stream/coinbase': {
    subscribes: true,
    greet: () => [],
    acknowledge: (request) => [JSON.stringify({ type: 'subscriptions', channels: request.channels ?? [] })],
    snapshot: (venue) => [JSON.stringify({ type: 'snapshot', product_id: SYMBOLS.coinbase, ...venue.shown() })],
    update: ({ before, after, time }) => [
      JSON.stringify({
        type: 'l2update', product_id: SYMBOLS.coinbase, time: new Date(time).toISOString(),
        changes: [...changes(before.bids, after.bids).map((level) => ['buy', ...level]), ...changes(before.asks, after.asks).map((level) => ['sell', ...level])],
      }),
    ],
    status: () => [],
    shutdown: () => [],
    heartbeat: (venue) => [JSON.stringify({ type: 'heartbeat', sequence: venue.sequence(), last_trade_id: 1, product_id: SYMBOLS.coinbase, time: new Date(venue.now()).toISOString() })],
  },
  '/stream/kraken': {
    subscribes: true,
    greet: (venue) => STREAMS['/stream/kraken'].status(venue),
    acknowledge: (request) => [JSON.stringify({ method: 'subscribe', result: { channel: 'book', symbol: SYMBOLS.krakenStream, snapshot: true }, success: true, req_id: request.req_id })],
    snapshot: (venue) => {
      const book = top(venue.shown());
      return [krakenBook('snapshot', book.bids, book.asks, checksum(book))];
    },
    update: ({ before, after, time, wrongChecksum }) => {
      const [was, is] = [top(before), top(after)];
      const bids = changes(was.bids, is.bids, after.bids);
      const asks = changes(was.asks, is.asks, after.asks);
      return [krakenBook('update', bids, asks, (checksum(is) + (wrongChecksum ? 1 : 0)) >>> 0, new Date(time).toISOString())];
    },
    status: (venue) => [JSON.stringify({ channel: 'status', type: 'update', data: [{ version: '2.0.9', system: WORDS.kraken[venue.status()], api_version: 'v2', connection_id: 1 }] })],
    shutdown: () => [],
    heartbeat: () => [JSON.stringify({ channel: 'heartbeat' })],
  },
};

/** Levels that are new or of another size, and (with size 0) those that are gone; what only fell out of `all` reach is not mentioned. */
function changes(before, after, all = after) {
  const [was, is, whole] = [new Map(before), new Map(after), new Map(all)];
  const gone = [...was.keys()].filter((price) => !whole.has(price)).map((price) => [price, '0.0000']);
  return [...gone, ...[...is].filter(([price, size]) => was.get(price) !== size)];
}

function top({ bids, asks }) {
  return { bids: bids.slice(0, CHECKSUM_LEVELS), asks: asks.slice(0, CHECKSUM_LEVELS) };
}

// Prices and sizes go out as JSON numbers with all their digits, which JSON.stringify would shorten.
function krakenBook(type, bids, asks, sum, timestamp) {
  const levels = (side) => side.map(([price, size]) => `{"price":${price},"qty":${size}}`).join(',');
  const when = timestamp ? `,"timestamp":"${timestamp}"` : '';
  return `{"channel":"book","type":"${type}","data":[{"symbol":"${SYMBOLS.krakenStream}","bids":[${levels(bids)}],"asks":[${levels(asks)}],"checksum":${sum}${when}}]}`;
}

function checksum({ bids, asks }) {
  const digits = (text) => text.replace('.', '').replace(/^0+/, '');
  return crc32([...asks, ...bids].map(([price, size]) => digits(price) + digits(size)).join(''));
}
