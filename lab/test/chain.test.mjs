import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { artifact, encodeCall } from '../compile.mjs';
import { deploy } from '../deploy.mjs';
import { command, start } from '../process.mjs';
import { RpcError, call, post, until } from '../rpc.mjs';
import { sendAsOwner, tokenStatus } from '../token.mjs';

const LIMIT = { timeout: 180_000 };
const ENFORCED_PAUSE = '0xd93c0665'; // selector of EnforcedPause()

let chain, follower, token, rpc, replica;

before(async () => {
  chain = await start('chain');
  rpc = chain.ready.url;
  token = await deploy(rpc);
  follower = await start('follower', '--producer', rpc);
  replica = follower.ready.url;
}, LIMIT);

after(async () => {
  await follower?.stop();
  await chain?.stop();
}, LIMIT);

const height = async (url) => Number(await call(url, 'eth_blockNumber'));
const headReaches = (url, number) => until(`head ${number}`, async () => ((await height(url)) >= number ? true : undefined));

function transfer(url, block = 'latest') {
  const data = encodeCall(artifact(), 'transfer(address,uint256)', '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', 1);
  return call(url, 'eth_call', [{ from: token.owner, to: token.address, data }, block]);
}

test('A paused token refuses a transfer with EnforcedPause, and takes it again when unpaused', LIMIT, async () => {
  assert.equal(BigInt(await transfer(rpc)), 1n);

  const paused = await sendAsOwner(rpc, token.address, 'pause()');
  assert.equal((await tokenStatus(rpc, token.address)).paused, true);
  await assert.rejects(transfer(rpc), (error) => error instanceof RpcError && error.data.startsWith(ENFORCED_PAUSE));
  await headReaches(replica, paused.block);
  await assert.rejects(transfer(replica), (error) => error instanceof RpcError && error.data.startsWith(ENFORCED_PAUSE));

  await sendAsOwner(rpc, token.address, 'unpause()');
  assert.equal(BigInt(await transfer(rpc)), 1n);
});

test('The follower has the same chain as the producer and advances with it', LIMIT, async () => {
  const seen = await height(replica);
  await headReaches(replica, seen + 2);
  for (const tag of [`0x${seen.toString(16)}`, `0x${(seen + 1).toString(16)}`, '0x0']) {
    assert.deepEqual(await call(replica, 'eth_getBlockByNumber', [tag, true]), await call(rpc, 'eth_getBlockByNumber', [tag, true]));
    assert.deepEqual(await call(replica, 'eth_getBlockByNumber', [tag, false]), await call(rpc, 'eth_getBlockByNumber', [tag, false]));
  }
  const batch = await post(replica, [
    { jsonrpc: '2.0', id: 'a', method: 'eth_chainId', params: [] },
    { jsonrpc: '2.0', id: 'b', method: 'eth_getBlockByNumber', params: ['finalized', false] },
    { jsonrpc: '2.0', id: 'c', method: 'eth_syncing' },
    { jsonrpc: '2.0', id: 'd', method: 'net_peerCount' },
    { jsonrpc: '2.0', id: 'e', method: 'web3_clientVersion' },
    { jsonrpc: '2.0', id: 'f', method: 'eth_none' },
    { jsonrpc: '2.0', id: 'g', method: 'eth_getLogs', params: [{ fromBlock: '0x0', address: token.address }] },
    { jsonrpc: '2.0', id: 'h', method: 'eth_getBalance', params: [token.owner, 'latest'] },
    { jsonrpc: '2.0', id: 'i', method: 'eth_getCode', params: [token.address] },
  ]);
  const results = Object.fromEntries(batch.map(({ id, result, error }) => [id, result ?? error]));
  assert.equal(results.a, '0x7a69');
  assert.equal(results.b.number, '0x0');
  assert.equal(results.c, false);
  assert.equal(results.d, '0x1');
  assert.match(results.e, /^lab-follower\/1\.0 over anvil/);
  assert.equal(results.f.code, -32601);
  assert.ok(results.g.length >= 1);
  assert.match(results.h, /^0x[0-9a-f]+$/);
  assert.ok(results.i.length > 1_000);
});

test('A lagging follower answers from its stale head, and catches up when it resumes', LIMIT, async () => {
  follower.kill('SIGUSR1');
  const { head } = await until('lag', async () => {
    const status = await command(follower, '/admin/status', 'GET');
    return status.following ? undefined : status;
  });
  await headReaches(rpc, head + 1);
  await sendAsOwner(rpc, token.address, 'pause()');

  assert.equal(await height(replica), head);
  assert.equal(Number((await call(replica, 'eth_getBlockByNumber', ['latest', false])).number), head);
  assert.equal(await call(replica, 'eth_getBlockByNumber', [`0x${(head + 1).toString(16)}`, false]), null);
  assert.equal(await call(replica, 'eth_syncing'), false);
  assert.equal((await tokenStatus(replica, token.address)).paused, false, 'the state of the stale head');
  await assert.rejects(transfer(replica, `0x${(head + 1).toString(16)}`), /header not found/);
  assert.equal((await tokenStatus(rpc, token.address)).paused, true);

  await command(follower, '/admin/lag?on=0');
  await headReaches(replica, await height(rpc));
  assert.equal((await tokenStatus(replica, token.address)).paused, true);
  await sendAsOwner(rpc, token.address, 'unpause()');
});

test('After a reorganisation the follower has the new branch', LIMIT, async () => {
  // The branches differ only when they have other contents: two transactions replace one empty block.
  const reply = await call(rpc, 'anvil_reorg', [2, [[{ from: token.owner, to: token.owner, value: '0x1' }, 0]]]);
  assert.equal(reply, null);
  const at = await height(rpc);
  await headReaches(replica, at + 1);
  for (let number = at - 3; number <= at; number++) {
    const tag = `0x${number.toString(16)}`;
    assert.equal(
      (await call(replica, 'eth_getBlockByNumber', [tag, false])).hash,
      (await call(rpc, 'eth_getBlockByNumber', [tag, false])).hash,
    );
  }
});

test('A frozen follower answers nothing until it is thawed', LIMIT, async () => {
  follower.kill('SIGSTOP');
  try {
    await assert.rejects(call(replica, 'eth_blockNumber', [], 500), /timeout|aborted/i);
  } finally {
    follower.kill('SIGCONT');
  }
  assert.ok((await height(replica)) > 0);
});

test('The follower outlives its producer and answers what it has', LIMIT, async () => {
  // The last test of this file: the chain is gone after it.
  process.kill(chain.ready.node_pid, 'SIGKILL');
  assert.equal((await chain.ended).code, 1);
  await pause(300);
  const head = await height(replica);
  assert.equal(Number((await call(replica, 'eth_getBlockByNumber', ['latest', true])).number), head);
  assert.equal(await call(replica, 'eth_chainId'), '0x7a69');
  assert.equal(await call(replica, 'net_peerCount'), '0x0');
  await assert.rejects(call(replica, 'eth_gasPrice'), (error) => error instanceof RpcError && error.code === -32000);
});
