import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';

const compiled = existsSync(new URL('../bitcoin/node_modules/mrmr/build/Release/mrmr.node', import.meta.url));
const OPTIONS = { timeout: 180_000, skip: compiled ? false : 'bcoin is not compiled: run lab/install with a C++ compiler' };
let miner, follower;

before(async () => {
  if (!compiled) return;
  miner = await start('bitcoin');
  await command(miner, '/admin/mine?blocks=19&minutes-ago=60'); // a node without blocks is asked only seconds later
  follower = await start('bitcoin', '--peer', miner.ready.p2p, '--password', 'other');
}, OPTIONS);
after(async () => {
  await follower?.stop();
  await miner?.stop();
}, OPTIONS);

async function ask(service, method, ...params) {
  const response = await fetch(service.ready.url, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${service.ready.user}:${service.ready.password}`)}` },
    body: JSON.stringify({ id: 1, method, params }),
    signal: AbortSignal.timeout(60_000),
  });
  return (await response.json()).result;
}

test('Blocks get to the node that follows, with the timestamps that were asked for', OPTIONS, async () => {
  await command(miner, '/admin/mine?minutes-ago=50');
  await command(follower, '/admin/wait?height=20');
  const info = await ask(follower, 'getblockchaininfo');
  assert.equal(info.chain, 'regtest');
  assert.equal(info.bestblockhash, await ask(miner, 'getbestblockhash'));
  const header = await ask(follower, 'getblockheader', info.bestblockhash);
  const ago = Date.now() / 1000 - header.time;
  assert.ok(ago > 2_990 && ago < 3_020, `${ago} s`);
});

test('A node that lags answers with its old head, and catches up', OPTIONS, async () => {
  await command(follower, '/admin/lag?on=1');
  const { height } = await command(miner, '/admin/mine?blocks=3');
  assert.equal((await ask(follower, 'getblockchaininfo')).blocks, height - 3);
  await command(follower, '/admin/lag?on=0');
  await command(follower, `/admin/wait?height=${height}`);
});

test('A reorganisation replaces blocks on every node', OPTIONS, async () => {
  const before = await ask(follower, 'getblockchaininfo');
  const old = before.bestblockhash;
  const { height } = await command(miner, '/admin/reorg?depth=2');
  assert.equal(height, before.blocks + 1);
  await command(follower, `/admin/wait?height=${height}`);
  assert.notEqual(await ask(follower, 'getblockhash', before.blocks), old);
  assert.equal((await ask(follower, 'getchaintips')).find((tip) => tip.hash === old)?.branchlen, 2);
});

test('Commands that make no sense are refused', OPTIONS, async () => {
  await assert.rejects(command(miner, '/admin/mine?blocks=0'), /blocks=0/);
  await assert.rejects(command(miner, '/admin/reorg?depth=100'), /the chain has/);
});
