import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';
import { KEYS } from '../signed.mjs';

const LIMIT = { timeout: 180_000 };
let venue;
let signer;

before(async () => {
  [venue, signer] = await Promise.all([start('venue'), start('signer', '--keys', 2)]);
}, LIMIT);
after(async () => {
  await Promise.all([venue?.stop(), signer?.stop()]);
}, LIMIT);

async function order(method, path, query, { key = KEYS.key, secret = KEYS.secret, time = Date.now() } = {}) {
  const whole = `${query}&recvWindow=5000&timestamp=${time}`;
  const signature = createHmac('sha256', secret).update(whole).digest('hex');
  const response = await fetch(`${venue.ready.url}${path}?${whole}&signature=${signature}`, { method, headers: { 'x-mbx-apikey': key }, signal: AbortSignal.timeout(60_000) });
  return { ...(await response.json()), http: response.status };
}

const far = 'symbol=ETHUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.1&price=1.00&newClientOrderId=';

test('A test order is checked and never stands; a real one stands until it is taken back', LIMIT, async () => {
  assert.deepEqual(await order('POST', '/api/v3/order/test', `${far}a`), { http: 200 });
  assert.equal((await order('POST', '/api/v3/order', `${far}b`)).status, 'NEW');
  assert.equal((await command(venue, '/admin/status', 'GET')).orders.open, 1);
  assert.equal((await order('DELETE', '/api/v3/order', 'symbol=ETHUSDT&origClientOrderId=b')).status, 'CANCELED');
  assert.equal((await order('DELETE', '/api/v3/order', 'symbol=ETHUSDT&origClientOrderId=b')).code, -2011);
});

test('Wrong keys, signatures, times and permissions are each refused by their own code', LIMIT, async () => {
  const code = async (options) => (await order('POST', '/api/v3/order/test', `${far}c`, options)).code;
  assert.equal(await code({ key: 'x' }), -2014);
  assert.equal(await code({ secret: 'x' }), -1022);
  assert.equal(await code({ time: Date.now() - 60_000 }), -1021);
  assert.equal(await code({ key: KEYS.readOnly }), -2015);
});

test('Orders are refused while the book moves', LIMIT, async () => {
  const sequence = async () => (await (await fetch(`${venue.ready.url}/api/v3/depth?symbol=ETHUSDT`)).json()).lastUpdateId;
  const was = await sequence();
  await command(venue, '/admin/refuse-orders?on=1');
  assert.equal((await order('POST', '/api/v3/order/test', `${far}d`)).code, -2010);
  await command(venue, '/admin/refuse-orders?on=0');
  while ((await sequence()) === was);
  assert.equal((await order('POST', '/api/v3/order/test', `${far}e`)).http, 200);
});

test('A signer answers as the documents show, up and down', LIMIT, async () => {
  const get = (path) => fetch(signer.ready.url + path, { signal: AbortSignal.timeout(60_000) });
  assert.equal(await (await get('/upcheck')).text(), 'OK');
  assert.equal((await (await get('/healthcheck')).json()).outcome, 'UP');
  assert.equal((await (await get('/api/v1/eth2/publicKeys')).json()).length, 2);
  await command(signer, '/admin/down?on=1');
  const down = await get('/healthcheck');
  assert.deepEqual([down.status, (await down.json()).outcome], [503, 'DOWN']);
});
