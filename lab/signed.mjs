// The signed order interfaces of the venue, in the published shapes of three well-known ones: signatures, times and keys are verified as their
// documents say, orders stand in the book of this venue until they are taken back.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SYMBOLS } from './shapes.mjs';

/** Credentials of the lab, for everybody to see: there is nothing behind them. */
export const KEYS = {
  key: 'nines-lab-key-0001', secret: 'bmluZXMtbGFiLXNlY3JldC0wMDAx', passphrase: 'nines-lab-pass',
  readOnly: 'nines-lab-key-read', // signed rightly, but may not trade
};

const MOST_ORDERS = 1_000;
const LONGEST_BODY = 16_384;

const same = (a, b) => {
  const [left, right] = [Buffer.from(a ?? ''), Buffer.from(b ?? '')];
  return left.length === right.length && timingSafeEqual(left, right);
};

/**
 * Routes 'METHOD /path' → function of { url, query, headers, body } that returns [status, answer]. `venue` is { now, shown, status, faults }.
 */
export function signedRoutes(venue) {
  const orders = new Map(); // by the client's id
  const seen = { placed: 0, tested: 0, cancelled: 0, badly_signed: 0, filled: 0 };
  const nonces = new Map();

  /** Whether an order would be taken: null, or the reason in the venue's own terms. */
  function refusal({ symbol, wanted, price, quantity, buy, post }) {
    if (venue.faults.refuse_orders) return 'off';
    if (symbol !== wanted) return 'symbol';
    if (!(Number(price) > 0 && Number(quantity) > 0)) return 'filter';
    if (!['trading', 'post_only'].includes(venue.status())) return 'status';
    if (matches(buy, price) && post) return 'match';
    if (Number(quantity) > 1_000) return 'funds';
    return null;
  }

  function matches(buy, price) {
    const { bids, asks } = venue.shown();
    return buy ? asks.length > 0 && Number(price) >= Number(asks[0][0]) : bids.length > 0 && Number(price) <= Number(bids[0][0]);
  }

  function stand(id, order) {
    if (orders.size >= MOST_ORDERS) orders.delete(orders.keys().next().value);
    const filled = matches(order.buy, order.price) ? order.quantity : '0';
    if (filled !== '0') seen.filled++;
    else orders.set(id, order);
    seen.placed++;
    return filled;
  }

  function takeBack(id) {
    if (venue.faults.keep_orders) return 'kept';
    if (!orders.delete(id)) return 'unknown';
    seen.cancelled++;
    return null;
  }

  function binance(trade, act) {
    return ({ url, query, headers }) => {
      const raw = url.search.slice(1);
      const at = raw.lastIndexOf('&signature=');
      if (headers['x-mbx-apikey'] !== KEYS.key && headers['x-mbx-apikey'] !== KEYS.readOnly) return [401, { code: -2014, msg: 'API-key format invalid.' }];
      const right = at >= 0 && same(raw.slice(at + 11), createHmac('sha256', KEYS.secret).update(raw.slice(0, at)).digest('hex'));
      if (!right) {
        seen.badly_signed++;
        return [400, { code: -1022, msg: 'Signature for this request is not valid.' }];
      }
      const [time, window] = [Number(query.get('timestamp')), Number(query.get('recvWindow') ?? 5_000)];
      if (!(time < venue.now() + 1_000 && venue.now() - time <= window)) return [400, { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' }];
      if (trade && headers['x-mbx-apikey'] === KEYS.readOnly) return [401, { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' }];
      return act(query);
    };
  }

  const binanceRefusals = {
    off: [400, { code: -2010, msg: 'Order entry is not available.' }], symbol: [400, { code: -1121, msg: 'Invalid symbol.' }], filter: [400, { code: -1013, msg: 'Filter failure: LOT_SIZE' }],
    status: [400, { code: -2010, msg: 'Market is closed.' }], match: [400, { code: -2010, msg: 'Order would immediately match and take.' }], funds: [400, { code: -2010, msg: 'Account has insufficient balance for requested action.' }],
  };
  const binanceOrder = (real) => binance(true, (query) => {
    const order = {
      symbol: query.get('symbol'), wanted: SYMBOLS.binance, price: query.get('price'), quantity: query.get('quantity'), buy: query.get('side') === 'BUY', post: query.get('type') === 'LIMIT_MAKER',
    };
    const why = refusal(order);
    if (why) return binanceRefusals[why];
    if (!real) {
      seen.tested++;
      return [200, {}];
    }
    const filled = stand(query.get('newClientOrderId'), order);
    return [200, { symbol: order.symbol, orderId: seen.placed, clientOrderId: query.get('newClientOrderId'), transactTime: venue.now(), price: order.price, origQty: order.quantity, executedQty: filled, status: filled === '0' ? 'NEW' : 'FILLED' }];
  });

  function coinbase(act) {
    return ({ url, headers, body, method, params }) => {
      const time = headers['cb-access-timestamp'] ?? '';
      const signature = createHmac('sha256', Buffer.from(KEYS.secret, 'base64')).update(`${time}${method}${url.pathname}${url.search}${body}`).digest('base64');
      if (headers['cb-access-key'] !== KEYS.key && headers['cb-access-key'] !== KEYS.readOnly) return [401, { message: 'Invalid API Key' }];
      if (headers['cb-access-passphrase'] !== KEYS.passphrase) return [401, { message: 'Invalid Passphrase' }];
      if (!same(headers['cb-access-sign'], signature)) {
        seen.badly_signed++;
        return [401, { message: 'invalid signature' }];
      }
      if (!(Math.abs(venue.now() / 1_000 - Number(time)) <= 30)) return [400, { message: 'request timestamp expired' }];
      if (headers['cb-access-key'] === KEYS.readOnly) return [403, { message: 'Forbidden' }];
      return act(body, params);
    };
  }

  const coinbaseRefusals = {
    off: [503, { message: 'Service Unavailable' }], symbol: [404, { message: 'Product not found' }], filter: [400, { message: 'size is too small' }],
    status: [400, { message: 'Trading is currently disabled for this product' }], match: [400, { message: 'Post only mode: order would match' }], funds: [400, { message: 'Insufficient funds' }],
  };

  function kraken(act) {
    return ({ url, headers, body }) => {
      const form = new URLSearchParams(body);
      const hash = createHash('sha256').update((form.get('nonce') ?? '') + body).digest();
      const signature = createHmac('sha512', Buffer.from(KEYS.secret, 'base64')).update(url.pathname).update(hash).digest('base64');
      const failed = (text) => [200, { error: [text] }];
      if (headers['api-key'] !== KEYS.key && headers['api-key'] !== KEYS.readOnly) return failed('EAPI:Invalid key');
      if (!same(headers['api-sign'], signature)) {
        seen.badly_signed++;
        return failed('EAPI:Invalid signature');
      }
      if (!(Number(form.get('nonce')) > (nonces.get(headers['api-key']) ?? 0))) return failed('EAPI:Invalid nonce');
      nonces.set(headers['api-key'], Number(form.get('nonce')));
      if (headers['api-key'] === KEYS.readOnly) return failed('EGeneral:Permission denied');
      return act(form, failed);
    };
  }

  const krakenRefusals = {
    off: 'EService:Unavailable', symbol: 'EQuery:Unknown asset pair', filter: 'EGeneral:Invalid arguments:volume minimum not met', status: 'EService:Market in cancel_only mode', match: 'EOrder:Post only order', funds: 'EOrder:Insufficient funds',
  };

  return {
    seen: () => ({ ...seen, open: orders.size }),
    longestBody: LONGEST_BODY,
    routes: {
      'POST /api/v3/order': binanceOrder(true),
      'POST /api/v3/order/test': binanceOrder(false),
      'DELETE /api/v3/order': binance(true, (query) => {
        const id = query.get('origClientOrderId');
        const why = takeBack(id);
        if (why === 'kept') return [400, { code: -1008, msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.' }];
        return why ? [400, { code: -2011, msg: 'Unknown order sent.' }] : [200, { symbol: SYMBOLS.binance, origClientOrderId: id, executedQty: '0', status: 'CANCELED' }];
      }),
      'POST /orders': coinbase((body) => {
        const asked = JSON.parse(body);
        const order = { symbol: asked.product_id, wanted: SYMBOLS.coinbase, price: asked.price, quantity: asked.size, buy: asked.side === 'buy', post: asked.post_only };
        const why = refusal(order);
        if (why) return coinbaseRefusals[why];
        const filled = stand(asked.client_oid, order);
        return [200, { id: `00000000-0000-4000-8000-${String(seen.placed).padStart(12, '0')}`, price: order.price, size: order.quantity, product_id: order.symbol, side: asked.side, status: 'pending', filled_size: filled }];
      }),
      'DELETE /orders/*': coinbase((_, id) => {
        const why = takeBack(id.replace(/^client:/, ''));
        if (why === 'kept') return [503, { message: 'Service Unavailable' }];
        return why ? [404, { message: 'order not found' }] : [200, id];
      }),
      'POST /0/private/AddOrder': kraken((form, failed) => {
        const order = { symbol: form.get('pair'), wanted: SYMBOLS.kraken, price: form.get('price'), quantity: form.get('volume'), buy: form.get('type') === 'buy', post: form.get('oflags') === 'post' };
        const why = refusal(order);
        if (why) return failed(krakenRefusals[why]);
        const descr = { order: `${form.get('type')} ${order.quantity} ETHUSD @ limit ${order.price}` };
        if (form.get('validate') === 'true') {
          seen.tested++;
          return [200, { error: [], result: { descr } }];
        }
        stand(form.get('cl_ord_id'), order);
        return [200, { error: [], result: { descr, txid: [`OLAB${seen.placed}`] } }];
      }),
      'POST /0/private/CancelOrder': kraken((form, failed) => {
        const why = takeBack(form.get('cl_ord_id'));
        if (why === 'kept') return failed('EService:Busy');
        return why ? failed('EOrder:Unknown order') : [200, { error: [], result: { count: 1 } }];
      }),
    },
  };
}
