import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { command, start } from '../process.mjs';
import { until } from '../rpc.mjs';

const LIMIT = { timeout: 180_000 };
let node;

before(async () => {
  node = await start('beacon', '--slot-ms', '200', '--slots-per-epoch', '4', '--validators', '16', '--sync-committee', '8');
}, LIMIT);
after(async () => {
  await node?.stop();
}, LIMIT);

async function ask(path, body) {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(node.ready.url + path, { ...init, signal: AbortSignal.timeout(60_000) });
  return { status: response.status, date: response.headers.get('date'), body: await response.json().catch(() => null) };
}

const data = async (path, body) => (await ask(path, body)).body.data;
const headEpoch = async () => Math.floor(Number((await data('/eth/v1/node/syncing')).head_slot) / 4);
const settled = (epoch) => until(`epoch ${epoch} to be settled`, async () => ((await headEpoch()) >= epoch + 2 ? true : undefined));

test('Numbers are decimal strings, epochs that never come are the greatest of 64 bits, fines are negative', LIMIT, async () => {
  const [validator] = await data('/eth/v1/beacon/states/head/validators', { ids: ['3'] });
  assert.equal(validator.validator.exit_epoch, '18446744073709551615');
  assert.match(validator.validator.pubkey, /^0x[0-9a-f]{96}$/);
  assert.match(validator.balance, /^\d+$/);
  await command(node, '/admin/offline?v=3');
  const epoch = (await headEpoch()) + 1;
  await settled(epoch);
  const { total_rewards } = await data(`/eth/v1/beacon/rewards/attestations/${epoch}`, ['3', '4']);
  assert.deepEqual(total_rewards.map(({ target }) => target), ['-5316', '5316']);
  await command(node, '/admin/offline?v=');
});

test('Validators are found by index and by public key, 64 by GET, and unknown ones are left out', LIMIT, async () => {
  const [{ validator: { pubkey } }] = await data('/eth/v1/beacon/states/head/validators?id=5');
  const found = await data('/eth/v1/beacon/states/head/validators', { ids: [pubkey, '1', '999'] });
  assert.deepEqual(found.map(({ index }) => index).sort(), ['1', '5']);
  assert.equal((await ask(`/eth/v1/beacon/states/head/validators?id=${[...Array(65).keys()].join(',')}`)).status, 414);
  assert.equal((await ask('/eth/v1/beacon/states/999999/validators', { ids: ['1'] })).status, 404);
});

test('Rewards are known from the second epoch after on', LIMIT, async () => {
  const epoch = await headEpoch();
  assert.equal((await ask(`/eth/v1/beacon/rewards/attestations/${epoch}`, ['1'])).body.code, 404);
  assert.equal((await ask(`/eth/v1/beacon/rewards/attestations/${epoch - 2}`, ['1'])).status, 200);
});

test('Blocks are linked, their proposers have the duty, and a slot without a block is 404', LIMIT, async () => {
  const head = await data('/eth/v1/beacon/headers/head');
  const parent = await data(`/eth/v1/beacon/headers/${head.header.message.parent_root}`);
  assert.equal(Number(parent.header.message.slot), Number(head.header.message.slot) - 1);
  const duties = await data(`/eth/v1/validator/duties/proposer/${Math.floor(head.header.message.slot / 4)}`);
  assert.equal(duties.find(({ slot }) => slot === head.header.message.slot).validator_index, head.header.message.proposer_index);
  await command(node, '/admin/miss-blocks?percent=100');
  const { slot } = await command(node, '/admin/status', 'GET');
  await until('an empty slot', async () => ((await command(node, '/admin/status', 'GET')).slot > slot + 2 ? true : undefined));
  assert.equal((await ask(`/eth/v1/beacon/headers/${slot + 1}`)).status, 404);
  await command(node, '/admin/miss-blocks?percent=0');
});

test('Finality follows two epochs behind, and stops when a third does not vote', LIMIT, async () => {
  const lag = async () => (await headEpoch()) - Number((await data('/eth/v1/beacon/states/head/finality_checkpoints')).finalized.epoch);
  await until('finality', async () => ((await lag()) <= 3 ? true : undefined));
  await command(node, '/admin/participation?percent=50');
  await until('a leak', async () => ((await lag()) > 5 ? true : undefined));
  await command(node, '/admin/participation?percent=100');
  await until('finality', async () => ((await lag()) <= 3 ? true : undefined));
});

test('A reorganisation is told with its depth, and the old block is no longer canonical', LIMIT, async () => {
  const response = await fetch(`${node.ready.url}/eth/v1/events?topics=head,chain_reorg`, { signal: AbortSignal.timeout(60_000) });
  const reader = response.body.getReader();
  let text = '';
  const read = async () => (text += new TextDecoder().decode((await reader.read()).value));
  while (!text.includes('event: head')) await read();
  const old = await data('/eth/v1/beacon/headers/head');
  await command(node, '/admin/reorg?depth=3');
  while (!text.includes('event: chain_reorg')) await read();
  assert.match(text, /"depth":"3"/);
  assert.equal((await data(`/eth/v1/beacon/headers/${old.root}`)).canonical, false);
  await reader.cancel();
});

test('Faults of the node show where a real one shows them', LIMIT, async () => {
  await command(node, '/admin/lag?slots=5');
  assert.ok(Number((await data('/eth/v1/node/syncing')).sync_distance) >= 5);
  await command(node, '/admin/lag?slots=0');
  await command(node, '/admin/el-offline');
  assert.equal((await data('/eth/v1/node/syncing')).el_offline, true);
  await command(node, '/admin/el-offline?on=0');
  await command(node, '/admin/unready');
  assert.deepEqual([(await ask('/eth/v1/node/health')).status, (await ask('/eth/v1/beacon/genesis')).body.code], [503, 503]);
  await command(node, '/admin/unready?on=0');
  await command(node, '/admin/clock?ms=60000');
  assert.ok(Date.parse((await ask('/eth/v1/node/version')).date) - Date.now() > 50_000);
  await command(node, '/admin/clock?ms=0');
  await assert.rejects(command(node, '/admin/offline?v=99'), /below 16/);
});

test('A sync committee at 80 % signs four blocks of five; slashed and exited validators say so', LIMIT, async () => {
  await command(node, '/admin/sync?percent=80');
  const from = (await command(node, '/admin/status', 'GET')).slot + 1;
  await until('ten slots', async () => ((await command(node, '/admin/status', 'GET')).slot > from + 10 ? true : undefined));
  let [paid, all] = [0, 0];
  for (let slot = from; slot < from + 10; slot++) {
    const rewards = await data(`/eth/v1/beacon/rewards/sync_committee/${slot}`, ['0', '1', '2', '3', '12']);
    assert.equal(rewards.length, 4);
    paid += rewards.filter(({ reward }) => !reward.startsWith('-')).length;
    all += rewards.length;
  }
  assert.ok(paid / all > 0.6 && paid / all < 0.95, `${paid} of ${all}`);
  await command(node, '/admin/slash?v=1');
  await command(node, '/admin/exit?v=2');
  assert.deepEqual((await data('/eth/v1/beacon/states/head/validators?id=1,2')).map(({ status }) => status), ['active_slashed', 'exited_unslashed']);
});
