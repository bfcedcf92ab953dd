// Pauses, unpauses and reads the deployed token.

import { artifact, encodeCall } from './compile.mjs';
import { call, receipt } from './rpc.mjs';
import { exitCalledWrong, isMain, readArguments, requiredArgument, tell } from './service.mjs';

/** { paused, total_supply, owner } at the node's latest block. */
export async function tokenStatus(rpc, address) {
  const contract = artifact();
  const read = (signature) => call(rpc, 'eth_call', [{ to: address, data: encodeCall(contract, signature) }, 'latest']);
  const [paused, supply, owner] = await Promise.all([read('paused()'), read('totalSupply()'), read('owner()')]);
  return { paused: BigInt(paused) === 1n, total_supply: BigInt(supply).toString(), owner: `0x${owner.slice(-40)}` };
}

/** Sends pause() or unpause() as the owner and waits until it is in a block. Returns { txHash, block }. */
export async function sendAsOwner(rpc, address, signature) {
  const { owner } = await tokenStatus(rpc, address);
  const txHash = await call(rpc, 'eth_sendTransaction', [{ from: owner, to: address, data: encodeCall(artifact(), signature) }]);
  const { blockNumber, status } = await receipt(rpc, txHash);
  if (status !== '0x1') throw new Error(`${signature} reverted in ${txHash}`);
  return { txHash, block: Number(blockNumber) };
}

if (isMain(import.meta)) {
  const usage = 'usage: node lab/token.mjs pause|unpause|status --rpc URL --address A';
  const args = readArguments(usage, { rpc: { type: 'string' }, address: { type: 'string' } }, { positionals: true });
  const rpc = requiredArgument(args, 'rpc', usage);
  const address = requiredArgument(args, 'address', usage);
  const [verb] = args.positionals;
  const sent = { pause: 'pause()', unpause: 'unpause()' }[verb];
  if (!sent && verb !== 'status') exitCalledWrong(`${verb ?? 'no verb'}: it must be pause, unpause or status.`, usage);

  const transaction = sent ? await sendAsOwner(rpc, address, sent) : {};
  tell({ address, ...transaction, ...(await tokenStatus(rpc, address)) });
}
