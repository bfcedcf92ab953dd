import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { Book } from '../book.mjs';
import { command, start } from '../process.mjs';
import { until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let venue;
const streams = [];

before(async () => {
  venue = await start('venue');
}, LIMIT);
after(async () => {
  for (const stream of streams) stream.socket.terminate();
  await venue?.stop();
}, LIMIT);

async function get(path, method = 'GET') {
  const response = await fetch(venue.ready.url + path, { method, signal: AbortSignal.timeout(60_000) });
  return { ...(await response.json()), http: response.status };
}

async function openStream() {
  const socket = new WebSocket(venue.ready.stream);
  const stream = { socket, messages: [], closed: new Promise((resolve) => socket.once('close', resolve)) };
  streams.push(stream);
  socket.on('error', () => {}).on('message', (data) => stream.messages.push(JSON.parse(data)));
  await new Promise((resolve) => socket.once('open', resolve));
  return stream;
}

const received = (stream, count) => until(`${count} messages`, async () => (stream.messages.length >= count ? true : undefined));
const sequences = (stream) => stream.messages.filter(({ type }) => type === 'book').map(({ sequence }) => sequence);
const isCrossed = ({ bids, asks }) => Number(bids[0][0]) >= Number(asks[0][0]);

test('The book is never crossed, and its changes add up to the book', () => {
  const book = new Book();
  const sides = { bids: new Map(book.snapshot().bids), asks: new Map(book.snapshot().asks) };
  for (let i = 0; i < 5_000; i++) {
    const { delta } = book.step();
    for (const side of ['bids', 'asks']) {
      for (const [price, size] of delta[side]) Number(size) === 0 ? sides[side].delete(price) : sides[side].set(price, size);
    }
    const now = book.snapshot();
    assert.ok(!isCrossed(now));
    assert.deepEqual(new Map(now.bids), new Map([...sides.bids].sort(([a], [b]) => b - a)));
    assert.equal(sides.asks.size, now.asks.length);
  }
});

test('The stream gives a snapshot, then every sequence number', LIMIT, async () => {
  const stream = await openStream();
  await received(stream, 8);
  const [snapshot] = stream.messages;
  assert.equal(snapshot.type, 'snapshot');
  assert.ok(!isCrossed(snapshot));
  assert.deepEqual(sequences(stream), sequences(stream).map((_, i) => snapshot.sequence + 1 + i));
  stream.socket.terminate();
});

test('A silent stream stays open while REST goes on', LIMIT, async () => {
  const stream = await openStream();
  await received(stream, 2);
  await command(venue, '/admin/silent?on=1');
  await new Promise((resolve) => stream.socket.once('pong', resolve).ping()); // what was under way came before its answer
  const heard = stream.messages.length;
  const before = await get('/api/v1/depth?symbol=ETHUSD');
  const after = await until('REST to go on', async () => {
    const book = await get('/api/v1/depth?symbol=ETHUSD');
    return book.sequence >= before.sequence + 2 ? book : undefined;
  });
  assert.equal(stream.messages.length, heard);
  assert.equal(stream.socket.readyState, WebSocket.OPEN);
  assert.ok((await get('/api/v1/time')).time >= after.time);

  await command(venue, '/admin/silent?on=0');
  await received(stream, heard + 2);
  assert.equal(stream.messages[heard].type, 'snapshot');
  stream.socket.terminate();
});

test('A gap leaves out sequence numbers', LIMIT, async () => {
  const stream = await openStream();
  await received(stream, 3); // snapshot, status, and a change
  await command(venue, '/admin/gap?size=3');
  await received(stream, 9);
  const numbers = sequences(stream);
  assert.equal(Math.max(...numbers.slice(1).map((number, i) => number - numbers[i])), 4);
  stream.socket.terminate();
});

test('Dropped streams close, and new ones open', LIMIT, async () => {
  const stream = await openStream();
  await command(venue, '/admin/drop');
  await stream.closed;
  const next = await openStream();
  await received(next, 2);
  next.socket.terminate();
});

test('A venue that is cancel-only quotes but takes no orders', LIMIT, async () => {
  assert.equal((await get('/api/v1/order/test?symbol=ETHUSD', 'POST')).http, 200);
  await command(venue, '/admin/status?status=cancel_only');
  assert.equal((await get('/api/v1/exchangeInfo')).symbols[0].status, 'cancel_only');
  assert.equal((await get('/api/v1/depth?symbol=ETHUSD')).http, 200);
  const refused = await get('/api/v1/order/test?symbol=ETHUSD', 'POST');
  assert.deepEqual([refused.http, refused.code], [403, 'CANCEL_ONLY']);
  await command(venue, '/admin/status?status=trading');
});

test('The book is crossed only while told to be', LIMIT, async () => {
  const depth = () => get('/api/v1/depth?symbol=ETHUSD');
  assert.ok(!isCrossed(await depth()));
  await command(venue, '/admin/crossed?on=1');
  assert.ok(isCrossed(await depth()));
  await command(venue, '/admin/crossed?on=0');
  assert.ok(!isCrossed(await depth()));
});

test('A fault with a time ends by itself, and both changes are told', LIMIT, async () => {
  const told = () => venue.lines.filter(({ fault }) => fault === 'empty').map(({ empty }) => empty);
  await command(venue, '/admin/empty?on=1&for=300');
  assert.deepEqual((await get('/api/v1/depth?symbol=ETHUSD')).bids, []);
  await until('the end of the fault', async () => (told().length === 2 ? true : undefined));
  assert.deepEqual(told(), [true, false]);
  assert.equal((await get('/api/v1/depth?symbol=ETHUSD')).bids.length, 20);
  await assert.rejects(command(venue, '/admin/empty?on=1&for=x'), /milliseconds/);
});

test('A limited venue answers 429 and says for how long; a clock that is set ahead is ahead', LIMIT, async () => {
  await command(venue, '/admin/limit?on=1&retry=7');
  const response = await fetch(`${venue.ready.url}/time`, { signal: AbortSignal.timeout(60_000) });
  assert.deepEqual([response.status, response.headers.get('retry-after')], [429, '7']);
  await command(venue, '/admin/limit?on=0');
  await command(venue, '/admin/clock?ms=60000');
  assert.ok((await get('/api/v3/time')).serverTime - Date.now() > 50_000);
  await command(venue, '/admin/clock?ms=0');
});

test('Each shape speaks only after its client has subscribed, and refused streams get 503', LIMIT, async () => {
  const socket = new WebSocket(venue.ready.streams.kraken);
  const messages = [];
  socket.on('error', () => {}).on('message', (data) => messages.push(JSON.parse(data)));
  await new Promise((resolve) => socket.once('open', resolve));
  await pause(500);
  assert.deepEqual(messages.map(({ channel }) => channel).filter((channel) => channel === 'book'), []);
  socket.send('{"method":"subscribe","params":{"channel":"book","symbol":["ETH/USD"],"depth":10}}');
  await until('changes of the book', async () => (messages.filter(({ type }) => type === 'update').length > 2 ? true : undefined));
  const [snapshot] = messages.filter(({ type, channel }) => channel === 'book' && type === 'snapshot');
  assert.equal(snapshot.data[0].bids.length, 10);

  await command(venue, '/admin/refuse?on=1');
  await until('the end of the stream', async () => (socket.readyState === WebSocket.CLOSED ? true : undefined));
  const refused = await new Promise((resolve) => new WebSocket(venue.ready.stream).once('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => {}));
  assert.equal(refused, 503);
  await command(venue, '/admin/refuse?on=0');
});

test('A withheld snapshot comes to all when the fault ends', LIMIT, async () => {
  await command(venue, '/admin/withhold?on=1');
  const stream = await openStream();
  await received(stream, 4);
  assert.ok(!stream.messages.some(({ type }) => type === 'snapshot'));
  await command(venue, '/admin/withhold?on=0');
  await until('a snapshot', async () => (stream.messages.some(({ type }) => type === 'snapshot') ? true : undefined));
});
