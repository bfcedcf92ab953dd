import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';

const LIMIT = { timeout: 180_000 };
let proxy, target;

before(async () => {
  [proxy, target] = await Promise.all([start('proxy'), start('httptarget')]);
}, LIMIT);
after(() => Promise.all([proxy?.stop(), target?.stop()]), LIMIT);

/** A tunnel to host:port: { status, socket }, or { error }. */
function tunnel(to) {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port: proxy.ready.port, method: 'CONNECT', path: to, agent: false })
      .once('connect', (response, socket) => resolve({ status: response.statusCode, socket: socket.on('error', () => {}) }))
      .once('error', (error) => resolve({ error: error.code }))
      .end();
  });
}

/** The status and body of an absolute-form GET through the proxy, or { error }. */
function absolute(url) {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port: proxy.ready.port, path: url, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text)).once('end', () => resolve({ status: response.statusCode, body }));
    })
      .once('error', (error) => resolve({ error: error.code }))
      .end();
  });
}

function askThrough(socket) {
  return new Promise((resolve) => {
    socket.once('data', (data) => resolve(String(data)));
    socket.write('GET / HTTP/1.1\r\nhost: target\r\n\r\n');
  });
}

const targetAddress = () => `127.0.0.1:${target.ready.port}`;

test('Requests pass in a tunnel and in absolute form', LIMIT, async () => {
  const { status, socket } = await tunnel(targetAddress());
  assert.equal(status, 200);
  assert.match(await askThrough(socket), /^HTTP\/1\.1 200 OK/);
  socket.destroy();
  assert.deepEqual(await absolute(`http://localhost:${target.ready.port}/`), { status: 200, body: '{"status":"ok"}\n' });
});

test('Nothing but loopback can be reached', LIMIT, async () => {
  assert.equal((await tunnel('192.0.2.1:80')).status, 403);
  assert.equal((await tunnel('example.com:443')).status, 403);
  assert.equal((await absolute('http://example.com/')).status, 403);
  assert.equal((await absolute('http://127.0.0.1.example.com/')).status, 403);
});

for (const [how, cut, restore] of [
  ['the admin port', () => command(proxy, '/admin/cut?on=1'), () => command(proxy, '/admin/cut?on=0')],
  ['signals', () => signalled('SIGUSR1', true), () => signalled('SIGUSR2', false)],
]) {
  test(`A cut by ${how} resets what is open and refuses what is new, until it is restored`, LIMIT, async () => {
    const { socket } = await tunnel(targetAddress());
    await askThrough(socket);
    const broken = new Promise((resolve) => socket.once('error', (error) => resolve(error.code)));
    await cut();
    assert.equal(await broken, 'ECONNRESET');
    assert.equal((await tunnel(targetAddress())).error, 'ECONNREFUSED');
    assert.equal((await absolute(`http://${targetAddress()}/`)).error, 'ECONNREFUSED');
    await restore();
    assert.equal((await absolute(`http://${targetAddress()}/`)).status, 200);
  });
}

async function signalled(signal, cut) {
  proxy.kill(signal);
  while ((await command(proxy, '/admin/status', 'GET')).cut !== cut);
}

test('Latency delays what comes back', LIMIT, async () => {
  await command(proxy, '/admin/latency?ms=300');
  const began = performance.now();
  assert.equal((await absolute(`http://${targetAddress()}/`)).status, 200);
  assert.ok(performance.now() - began >= 295);
  await command(proxy, '/admin/latency?ms=0');
});

test('A target that is away is a bad gateway', LIMIT, async () => {
  await command(target, '/admin/mode?mode=refuse');
  assert.equal((await tunnel(targetAddress())).status, 502);
  assert.equal((await absolute(`http://${targetAddress()}/`)).status, 502);
  await command(target, '/admin/mode?mode=ok');
});

test('The way to one target can be blocked while others are reached', LIMIT, async () => {
  const other = await start('httptarget');
  try {
    const { socket } = await tunnel(targetAddress());
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await command(proxy, `/admin/block?port=${target.ready.port}`);
    await ended;
    assert.equal((await tunnel(targetAddress())).status, 502);
    assert.equal((await absolute(`http://localhost:${target.ready.port}/`)).status, 502);
    const { status, socket: through } = await tunnel(`127.0.0.1:${other.ready.port}`);
    assert.equal(status, 200);
    through.destroy();
    await command(proxy, `/admin/block?port=${target.ready.port}&on=0`);
    assert.equal((await absolute(`http://localhost:${target.ready.port}/`)).status, 200);
    await assert.rejects(command(proxy, '/admin/block?port=0'), /must be an integer/);
  } finally {
    await other.stop();
  }
});
