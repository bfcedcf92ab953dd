import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { timeText, Wire, write } from '../fixwire.mjs';
import { command, start } from '../process.mjs';
import { until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let venue;
const clients = [];

before(async () => {
  venue = await start('fix');
}, LIMIT);
after(async () => {
  for (const client of clients) client.socket.destroy();
  await venue?.stop();
}, LIMIT);

/** A client that says what it is told to, with its own numbers unless they are given. */
async function open(id, { number = 1, heartbeat = 1 } = {}) {
  const wire = new Wire();
  const client = { id, messages: [], next: number, closed: false, socket: connect(venue.ready.port, '127.0.0.1') };
  clients.push(client);
  client.socket.on('error', () => {}).on('close', () => (client.closed = true)).on('data', (bytes) => client.messages.push(...wire.take(bytes)));
  client.send = (type, fields = [], at = client.next++) =>
    client.socket.write(write([[35, type], [49, id], [56, 'VENUE'], [34, at], [52, timeText(Date.now())], ...fields]));
  client.get = (type, count = 1) =>
    until(`${count} messages of type ${type}`, async () => {
      const found = client.messages.filter((message) => message.get(35) === type);
      return found.length >= count ? found : undefined;
    });
  await new Promise((resolve) => client.socket.once('connect', resolve));
  client.send('A', [[98, 0], [108, heartbeat]]);
  return client;
}

test('A message has the length and the checksum that the standard gives it', () => {
  const bytes = write([[35, '0'], [49, 'BuySide'], [56, 'SellSide'], [34, 3], [52, '20190605-12:29:20.259'], [112, 1]]);
  assert.equal(bytes.toString('latin1').replaceAll('\u0001', '|'), '8=FIX.4.4|9=64|35=0|49=BuySide|56=SellSide|34=3|52=20190605-12:29:20.259|112=1|10=172|');
});

test('A logon is answered, heartbeats follow, a test request is answered with its id', LIMIT, async () => {
  const client = await open('BEATS');
  const [logon] = await client.get('A');
  assert.deepEqual([logon.get(34), logon.get(108), logon.get(56)], ['1', '1', 'BEATS']);
  client.send('1', [[112, 'hello']]);
  await until('the answer', async () => client.messages.find((message) => message.get(112) === 'hello'));
  await client.get('0', 2);
});

test('A client that falls silent is asked, and disconnected when it does not answer', LIMIT, async () => {
  const client = await open('SILENT');
  await client.get('1');
  await until('the end', async () => (client.closed ? true : undefined));
});

test('Numbers go on over connections; one that is too low is refused with the number that is due', LIMIT, async () => {
  const first = await open('NUMBERS');
  await first.get('A');
  first.send('5');
  await first.get('5');
  const low = await open('NUMBERS', { number: 1 });
  assert.equal((await low.get('5'))[0].get(58), 'MsgSeqNum too low, expecting 3 but received 1');
  const high = await open('NUMBERS', { number: 9 });
  const [asked] = await high.get('2');
  assert.deepEqual([asked.get(7), asked.get(16)], ['3', '0']);
  high.send('4', [[43, 'Y'], [122, timeText(Date.now())], [123, 'Y'], [36, 10]], 3);
  await until('the gap to be filled', async () =>
    (await command(venue, '/admin/status', 'GET')).sessions.find(({ id, next_in }) => id === 'NUMBERS' && next_in === 10));
});

test('What was said of orders is said again as a possible duplicate, the rest is filled', LIMIT, async () => {
  const client = await open('RESEND', { heartbeat: 30 });
  await client.get('A');
  client.send('D', [[11, 'a'], [55, 'ETH-USD'], [54, 1], [38, '0.1'], [40, 2], [44, '1']]);
  await client.get('8');
  client.send('2', [[7, 1], [16, 0]]);
  const again = await until('the report again', async () => client.messages.find((message) => message.get(35) === '8' && message.get(43) === 'Y'));
  assert.deepEqual([again.get(34), again.get(11)], ['2', 'a']);
  const fill = client.messages.find((message) => message.get(35) === '4');
  assert.deepEqual([fill.get(34), fill.get(36), fill.get(123)], ['1', '2', 'Y']);
});

test('An order far away stands and is taken back; one that would match is refused when it is post-only', LIMIT, async () => {
  const client = await open('ORDERS', { heartbeat: 30 });
  client.send('D', [[11, 'far'], [55, 'ETH-USD'], [54, 1], [38, '0.1'], [40, 2], [44, '1'], [18, '6']]);
  client.send('F', [[41, 'far'], [11, 'c1'], [55, 'ETH-USD'], [54, 1], [38, '0.1']]);
  client.send('D', [[11, 'near'], [55, 'ETH-USD'], [54, 1], [38, '0.1'], [40, 2], [44, '1000000'], [18, '6']]);
  const reports = await client.get('8', 3);
  assert.deepEqual(reports.map((report) => report.get(39)), ['0', '4', '8']);
  client.send('F', [[41, 'far'], [11, 'c2'], [55, 'ETH-USD'], [54, 1], [38, '0.1']]);
  assert.equal((await client.get('9'))[0].get(102), '1');
});

test('A reset begins at 1; a second logon with the same CompID ends the first', LIMIT, async () => {
  const first = await open('RESET', { heartbeat: 30 });
  await first.get('A');
  await command(venue, '/admin/reset');
  await until('the end', async () => (first.closed ? true : undefined));
  const second = await open('RESET', { heartbeat: 30 });
  assert.equal((await second.get('A'))[0].get(34), '1');
  await open('RESET', { number: 2, heartbeat: 30 });
  await until('the end of the second', async () => (second.closed ? true : undefined));
});
