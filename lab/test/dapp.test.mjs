import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deploy } from '../deploy.mjs';
import { command, start } from '../process.mjs';
import { sendAsOwner } from '../token.mjs';

const LIMIT = { timeout: 180_000 };
let chain, token, dapp;

before(async () => {
  chain = await start('chain');
  token = await deploy(chain.ready.url);
  dapp = await start('dapp', '--rpc', chain.ready.url, '--token', token.address);
}, LIMIT);
after(async () => {
  await dapp?.stop();
  await chain?.stop();
}, LIMIT);

async function get(path) {
  const response = await fetch(dapp.ready.url + path, { signal: AbortSignal.timeout(60_000) });
  return { status: response.status, body: await response.text() };
}

test('The page and the API show what is on the chain', LIMIT, async () => {
  const page = await get('/');
  assert.equal(page.status, 200);
  assert.match(page.body, /<span id="supply">1000000<\/span>/);
  assert.match(page.body, /<span id="transfers">open<\/span>/);
  assert.equal(JSON.parse((await get(`/api/balance?of=${token.owner}`)).body).balance, `1000000${'0'.repeat(18)}`);
  assert.equal((await get('/api/balance?of=me')).status, 400);

  await sendAsOwner(chain.ready.url, token.address, 'pause()');
  assert.match((await get('/')).body, /<span id="transfers">paused<\/span>/);
  const health = await get('/health');
  assert.equal(health.status, 200);
  assert.equal(JSON.parse(health.body).paused, true);
});

test('The error page comes with 200 although all is well behind it', LIMIT, async () => {
  await command(dapp, '/admin/errorpage?on=1');
  const page = await get('/');
  assert.equal(page.status, 200);
  assert.match(page.body, /Something went wrong/);
  assert.equal((await get('/health')).status, 200);
  await command(dapp, '/admin/errorpage?on=0');
  assert.match((await get('/')).body, /id="supply"/);
});

test('Without its node the page is a 200 with an error page, and the API says so', LIMIT, async () => {
  // The last test of this file: the chain is gone after it.
  await chain.stop();
  const page = await get('/');
  assert.equal(page.status, 200);
  assert.match(page.body, /Something went wrong/);
  assert.equal((await get('/health')).status, 503);
  assert.equal((await get(`/api/balance?of=${token.owner}`)).status, 502);
});
