import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';
import { call, post, RpcError, until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let node;

before(async () => (node = await start('solana')), LIMIT);
after(() => node?.stop(), LIMIT);

const ask = (method, ...params) => call(node.ready.url, method, params);

test('Slots, transactions and the blockhash move, in the order of the commitments', LIMIT, async () => {
  const at = async (commitment) => await ask('getSlot', { commitment });
  const [processed, confirmed, finalized] = [await at('processed'), await at('confirmed'), await at('finalized')];
  assert.ok(processed >= confirmed && confirmed > finalized);
  const [count, hash] = [await ask('getTransactionCount'), (await ask('getLatestBlockhash')).value.blockhash];
  await until('more transactions', async () => ((await ask('getTransactionCount')) > count ? true : undefined));
  await until('another blockhash', async () => ((await ask('getLatestBlockhash')).value.blockhash !== hash ? true : undefined));
  assert.match(hash, /^[1-9A-HJ-NP-Za-km-z]{43,44}$/);
  assert.ok(Math.abs(Date.now() / 1000 - (await ask('getBlockTime', await at('confirmed')))) < 30);
});

test('A node that is behind says so with -32005 and how far', LIMIT, async () => {
  assert.equal(await ask('getHealth'), 'ok');
  await command(node, '/admin/behind?slots=60');
  await assert.rejects(ask('getHealth'), (error) => error instanceof RpcError && error.code === -32005 && error.data.numSlotsBehind === 60);
  await command(node, '/admin/behind?slots=0');
});

test('A validator that does not vote becomes delinquent, and one without a vote account is not listed', LIMIT, async () => {
  const own = async () => await ask('getVoteAccounts', { votePubkey: node.ready.vote_account });
  assert.equal((await own()).current.length, 1);
  await command(node, '/admin/delinquent?on=1');
  assert.deepEqual([(await own()).current.length, (await own()).delinquent[0].nodePubkey], [0, node.ready.identity]);
  await command(node, '/admin/delinquent?on=0');
  await command(node, '/admin/gone?on=1');
  assert.deepEqual(await own(), { current: [], delinquent: [] });
  await command(node, '/admin/gone?on=0');
  assert.equal((await ask('getVoteAccounts')).current.length, 20);
});

test('Stakes keep their digits, batches are answered, and what is not there is an error', LIMIT, async () => {
  const response = await fetch(node.ready.url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getVoteAccounts', params: [] }) });
  assert.match(await response.text(), /"activatedStake":20000000000000000,/);
  const batch = await post(node.ready.url, [{ jsonrpc: '2.0', id: 1, method: 'getVersion' }, { jsonrpc: '2.0', id: 2, method: 'nothing' }]);
  assert.deepEqual(batch.map((one) => one.error?.code), [undefined, -32601]);
  await assert.rejects(command(node, '/admin/skipped?percent=101'), /percent=101/);
});
