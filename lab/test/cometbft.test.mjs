import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { command, start } from '../process.mjs';
import { until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let node;

before(async () => (node = await start('cometbft', '--block-time', 100)), LIMIT);
after(() => node?.stop(), LIMIT);

async function get(path) {
  const response = await fetch(node.ready.url + path, { signal: AbortSignal.timeout(60_000) });
  const answer = await response.json();
  return answer.result ?? answer;
}

const missed = (commit) => commit.signed_header.commit.signatures.filter(({ block_id_flag: flag }) => flag === 1).length;

test('Blocks are made, heights are texts, and commits have a signature for each validator of all pages', LIMIT, async () => {
  const { latest_block_height: height } = (await get('status')).sync_info;
  assert.ok(BigInt(height) > 2n ** 53n);
  await until('another block', async () => (BigInt((await get('status')).sync_info.latest_block_height) > BigInt(height) ? true : undefined));
  const commit = await get(`commit?height=${height}`);
  const pages = await Promise.all([1, 2].map((page) => get(`validators?height=${height}&page=${page}&per_page=100`)));
  assert.equal(commit.signed_header.commit.signatures.length, 120);
  assert.deepEqual(pages.map(({ validators }) => validators.length), [100, 20]);
  assert.equal(missed(commit), 0);
  assert.match((await get(`commit?height=${BigInt(height) + 999n}`)).error.data, /must be less than or equal/);
});

test('Our misses are ours alone, or the network missed with us, and slashing counts them', LIMIT, async () => {
  await command(node, '/admin/miss?on=1');
  const counted = async () => Number((await get(`rest/cosmos/slashing/v1beta1/signing_infos/${node.ready.validator}`)).val_signing_info.missed_blocks_counter);
  await until('two misses', async () => ((await counted()) >= 2 ? true : undefined));
  const { height } = await command(node, '/admin/miss?on=0');
  assert.equal(missed(await get(`commit?height=${height}`)), 1);
  const from = BigInt((await command(node, '/admin/network?on=1')).height);
  await until('two blocks', async () => (BigInt((await get('status')).sync_info.latest_block_height) > from + 1n ? true : undefined));
  assert.equal(missed(await get(`commit?height=${(await command(node, '/admin/network?on=0')).height}`)), 25);
});

test('A halted chain has a head that ages, and a bare answer has no envelope', LIMIT, async () => {
  await command(node, '/admin/halt?on=1');
  const { height } = await command(node, '/admin/status', 'GET');
  await pause(250);
  assert.equal((await get('status')).sync_info.latest_block_height, height);
  await command(node, '/admin/halt?on=0');
  await command(node, '/admin/bare?on=1');
  assert.ok((await (await fetch(`${node.ready.url}status`)).json()).sync_info);
  await assert.rejects(command(node, '/admin/peers?peers=x'), /peers=x/);
});
