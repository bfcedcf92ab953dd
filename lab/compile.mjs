// Compiles lab/contracts with solc and keeps the result in lab/.build for as long as the source, its imports' version and the
// compiler stay the same.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain, readArguments } from './service.mjs';

const LAB = fileURLToPath(new URL('.', import.meta.url));
const MODULES = join(LAB, 'node_modules');

const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  // What the whole lab can run, also a chain that is started at an older hard fork.
  evmVersion: 'paris',
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.methodIdentifiers'] } },
};

/** The compiled contract: { abi, bytecode ('0x…'), selectors ({ 'pause()': '0x8456cb59', … }) }. */
export function artifact(name = 'PausableToken') {
  const file = `${name}.sol`;
  const source = readFileSync(join(LAB, 'contracts', file), 'utf8');
  const cached = join(LAB, '.build', `${name}-${keyOf(source)}.json`);
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8'));

  const compiled = compile(name, file, source);
  mkdirSync(join(LAB, '.build'), { recursive: true });
  // Whole or not at all: another process may compile the same contract now.
  const unfinished = `${cached}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(compiled));
  renameSync(unfinished, cached);
  return compiled;
}

function keyOf(source) {
  const hash = createHash('sha256').update(source).update(JSON.stringify(SETTINGS));
  for (const name of ['solc', '@openzeppelin/contracts']) {
    hash.update(JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version);
  }
  return hash.digest('hex').slice(0, 16);
}

function compile(name, file, source) {
  const solc = createRequire(import.meta.url)('solc'); // loaded only when needed: it takes half a second
  const input = { language: 'Solidity', sources: { [file]: { content: source } }, settings: SETTINGS };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));

  const { abi, evm } = output.contracts[file][name];
  const selectors = Object.fromEntries(Object.entries(evm.methodIdentifiers).map(([signature, hex]) => [signature, `0x${hex}`]));
  return { abi, bytecode: `0x${evm.bytecode.object}`, selectors };
}

function readImport(path) {
  try {
    return { contents: readFileSync(join(MODULES, path), 'utf8') };
  } catch (error) {
    return { error: error.message };
  }
}

/** A call's data: the selector of `signature`, then its static arguments (addresses or integers), a word each. */
export function encodeCall(contract, signature, ...values) {
  const selector = contract.selectors[signature];
  if (!selector) throw new Error(`no function ${signature}`);
  return selector + values.map(encodeWord).join('');
}

export function encodeWord(value) {
  return BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, '0');
}

if (isMain(import.meta)) {
  const usage = 'usage: node lab/compile.mjs [contract]    prints the artifact: abi, bytecode, selectors';
  const { positionals } = readArguments(usage, {}, { positionals: true });
  process.stdout.write(`${JSON.stringify(artifact(positionals[0]))}\n`);
}
