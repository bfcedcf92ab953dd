// Measures ethers and viem at what Nines' bench measures of its own codecs: bench/run chains starts it with the same inputs.
// Reads one JSON object from the file that is named first, prints one JSON object: operations a second of processor time.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as ethers from 'ethers';
import * as viem from 'viem';

const require = createRequire(import.meta.url);
const version = (name) => JSON.parse(readFileSync(require.resolve(name).replace(new RegExp(`(node_modules/${name})/.*`), '$1/package.json'), 'utf8')).version;

const { seconds, decodes, blocks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

/** Operations a second of this process's processor time, garbage collection included, after a warm-up half as long. */
function rate(operation) {
  run(operation, seconds / 2);
  return run(operation, seconds);
}

function run(operation, limit) {
  const began = process.cpuUsage();
  let done = 0;
  for (;;) {
    done += operation();
    const used = process.cpuUsage(began);
    const spent = (used.user + used.system) / 1e6;
    if (spent >= limit) return done / spent;
  }
}

let kept;
const results = { ethers: { version: version('ethers') }, viem: { version: version('viem') } };

for (const { name, kind, signature, data, topics } of decodes) {
  const many = 200;
  const face = new ethers.Interface([signature]);
  const parsed = viem.parseAbiItem(signature);
  if (kind === 'log') {
    results.ethers[name] = rate(() => {
      for (let i = 0; i < many; i++) kept = [...face.parseLog({ topics, data }).args];
      return many;
    });
    results.viem[name] = rate(() => {
      for (let i = 0; i < many; i++) kept = viem.decodeEventLog({ abi: [parsed], topics, data }).args;
      return many;
    });
  } else {
    // ethers decodes lazily what is nested: toArray(true) makes the values, as viem and Nines do
    const fragment = face.fragments[0];
    results.ethers[name] = rate(() => {
      for (let i = 0; i < many; i++) kept = face.decodeFunctionResult(fragment, data).toArray(true);
      return many;
    });
    results.viem[name] = rate(() => {
      for (let i = 0; i < many; i++) kept = viem.decodeFunctionResult({ abi: [parsed], data });
      return many;
    });
  }
}

// Parsing alone: neither library recomputes the roots of receipts.
const provider = new ethers.JsonRpcProvider('http://127.0.0.1:1', 31337, { staticNetwork: true });
const network = ethers.Network.from(31337);
const some = 20;
let next = 0;
results.ethers.blocks_parsed = rate(() => {
  for (let i = 0; i < some; i++) {
    const { block, receipts } = blocks[next++ % blocks.length];
    kept = provider._wrapBlock(JSON.parse(block).result, network);
    for (const receipt of JSON.parse(receipts).result) kept = provider._wrapTransactionReceipt(receipt, network);
  }
  return some;
});
results.viem.blocks_parsed = rate(() => {
  for (let i = 0; i < some; i++) {
    const { block, receipts } = blocks[next++ % blocks.length];
    kept = viem.formatBlock(JSON.parse(block).result);
    for (const receipt of JSON.parse(receipts).result) kept = viem.formatTransactionReceipt(receipt);
  }
  return some;
});
provider.destroy();

console.log(JSON.stringify({ results, node: process.version, kept: typeof kept }));
process.exit(0);
