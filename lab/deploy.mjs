// Deploys the pausable token through the first account of anvil, which signs for whoever asks.

import { artifact, encodeWord } from './compile.mjs';
import { call, receipt } from './rpc.mjs';
import { isMain, readArguments, requiredArgument, tell } from './service.mjs';

const SUPPLY = 1_000_000n * 10n ** 18n;

/** Returns { address, owner, txHash, block }. */
export async function deploy(rpc) {
  const [owner] = await call(rpc, 'eth_accounts');
  const data = artifact().bytecode + encodeWord(SUPPLY);
  const txHash = await call(rpc, 'eth_sendTransaction', [{ from: owner, data }]);
  const { contractAddress, blockNumber, status } = await receipt(rpc, txHash);
  if (status !== '0x1') throw new Error(`the deployment ${txHash} failed`);
  return { address: contractAddress, owner, txHash, block: Number(blockNumber) };
}

if (isMain(import.meta)) {
  const usage = 'usage: node lab/deploy.mjs --rpc URL    prints {address, owner, txHash, block}';
  const args = readArguments(usage, { rpc: { type: 'string' } });
  tell(await deploy(requiredArgument(args, 'rpc', usage)));
}
