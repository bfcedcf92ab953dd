import assert from 'node:assert/strict';
import { get } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';
import { until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let service, urls;

before(async () => {
  service = await start('httptarget', '--targets', 3);
  urls = service.ready.ports.map((port) => `http://127.0.0.1:${port}/`);
}, LIMIT);
after(() => service?.stop(), LIMIT);

const mode = (text) => command(service, `/admin/mode?${text}`);

/** One request on a connection of its own: { status, body }, or { error } with the code of what broke. */
function ask(url, limitMs = 3_000) {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      response.once('error', (error) => resolve({ error: error.code, body }));
    });
    request.setTimeout(limitMs, () => request.destroy(Object.assign(new Error('late'), { code: 'LATE' })));
    request.once('error', (error) => resolve({ error: error.code }));
  });
}

test('Each target is healthy until told otherwise, alone', LIMIT, async () => {
  await mode('target=1&mode=error500');
  assert.deepEqual((await Promise.all(urls.map((url) => ask(url)))).map(({ status }) => status), [200, 500, 200]);
  await mode('target=1&mode=ok');
  assert.equal((await ask(urls[1])).body, '{"status":"ok"}\n');
});

test('A change of mode is told with the time before and after it took effect', LIMIT, async () => {
  const before = Date.now();
  const { changes } = await mode('target=0-2&mode=errorpage');
  const after = Date.now() + 1;
  assert.deepEqual(changes.map(({ target }) => target), [0, 1, 2]);
  for (const change of changes) {
    assert.ok(before <= change.before_ms && change.before_ms <= change.at_ms && change.at_ms <= after, JSON.stringify({ before, change, after }));
  }
  const lines = await until('the lines on stdout', async () => {
    const found = service.lines.filter((line) => line.event === 'mode' && line.mode === 'errorpage');
    return found.length === 3 ? found : undefined;
  });
  assert.deepEqual(lines[2], { event: 'mode', ...changes[2] });
  const page = await ask(urls[2]);
  assert.equal(page.status, 200);
  assert.match(page.body, /Something went wrong/);
  await mode('mode=ok');
});

test('A refusing target closes its listener and its open connections, and comes back at the same port', LIMIT, async () => {
  const socket = connect(service.ready.ports[0], '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  for (let i = 0; i < 20; i++) {
    await mode('target=0&mode=refuse');
    assert.equal((await ask(urls[0])).error, 'ECONNREFUSED');
    await mode('target=0&mode=ok');
    assert.equal((await ask(urls[0])).status, 200);
  }
  await closed;
});

test('A frozen target accepts and is silent; what waits is answered when it thaws', LIMIT, async () => {
  await mode('target=0&mode=freeze');
  assert.equal((await ask(urls[0], 300)).error, 'LATE');
  const waiting = ask(urls[0]);
  await until('the request', async () => {
    const { targets } = await command(service, '/admin/targets', 'GET');
    return targets[0].connections > 0 ? true : undefined;
  });
  await mode('target=0&mode=ok');
  assert.equal((await waiting).status, 200);
});

test('Slow, drip, partial, redirect loop and reset do what they are called', LIMIT, async () => {
  await mode('target=0&mode=slow&ms=400');
  const began = performance.now();
  assert.equal((await ask(urls[0])).status, 200);
  assert.ok(performance.now() - began >= 390);

  await mode('target=0&mode=drip&ms=1');
  assert.equal((await ask(urls[0])).body.length, 256);

  await mode('target=0&mode=partial');
  assert.deepEqual(await ask(urls[0]), { error: 'ECONNRESET', body: '{"status":"ok"}\n' });

  await mode('target=0&mode=redirectloop');
  assert.equal((await ask(urls[0])).headers.location, '/?hop=1');
  assert.equal((await ask(`${urls[0]}?hop=7`)).headers.location, '/?hop=8');
  await assert.rejects(fetch(urls[0]), /fetch failed/);

  await mode('target=0&mode=reset');
  assert.equal((await ask(urls[0])).error, 'ECONNRESET');
  await mode('target=0&mode=ok');
});

test('A command that makes no sense is refused with what would', LIMIT, async () => {
  await assert.rejects(mode('mode=sleepy'), /must be one of ok, /);
  await assert.rejects(mode('mode=ok&target=9'), /below 3/);
  await assert.rejects(mode('mode=slow&ms=0'), /ms=0/);
});
