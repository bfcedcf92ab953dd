// Deploys a contract of lab/contracts and sends it transactions, through the first account of anvil, which signs for whoever asks.

import { artifact, encodeCall, encodeWord } from './compile.mjs';
import { call, receipt } from './rpc.mjs';
import { exitCalledWrong, isMain, readArguments, requiredArgument, tell } from './service.mjs';

// Given, not estimated: what a call costs can differ between two blocks.
const GAS = '0x2dc6c0';

/** Returns { address, owner, txHash, block }. */
export async function deployContract(rpc, name, ...values) {
  const [owner] = await call(rpc, 'eth_accounts');
  const data = artifact(name).bytecode + values.map(encodeWord).join('');
  const { contractAddress, transactionHash, blockNumber } = await send(rpc, { from: owner, data });
  return { address: contractAddress, owner, txHash: transactionHash, block: Number(blockNumber) };
}

/** Returns { txHash, block }. */
export async function sendToContract(rpc, name, address, signature, ...values) {
  const [owner] = await call(rpc, 'eth_accounts');
  const { transactionHash, blockNumber } = await send(rpc, { from: owner, to: address, data: encodeCall(artifact(name), signature, ...values) });
  return { txHash: transactionHash, block: Number(blockNumber) };
}

async function send(rpc, transaction) {
  const done = await receipt(rpc, await call(rpc, 'eth_sendTransaction', [{ gas: GAS, ...transaction }]));
  if (done.status !== '0x1') throw new Error(`${done.transactionHash} failed`);
  return done;
}

if (isMain(import.meta)) {
  const usage = `usage: node lab/contract.mjs deploy NAME [VALUE…] --rpc URL
       node lab/contract.mjs send NAME SIGNATURE [VALUE…] --rpc URL --address A`;
  const args = readArguments(usage, { rpc: { type: 'string' }, address: { type: 'string' } }, { positionals: true });
  const rpc = requiredArgument(args, 'rpc', usage);
  const [verb, name, ...rest] = args.positionals;
  if (!['deploy', 'send'].includes(verb) || !name) exitCalledWrong(`${verb ?? 'no verb'}: it must be deploy or send, and the name of a contract.`, usage);
  tell(verb === 'deploy' ? await deployContract(rpc, name, ...rest) : await sendToContract(rpc, name, requiredArgument(args, 'address', usage), ...rest));
}
