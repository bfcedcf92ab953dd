// An EVM chain with one block producer: anvil, the node of the Foundry project, on loopback.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, until } from './rpc.mjs';
import { LOOPBACK, endOnSignal, freePort, integerArgument, isMain, log, readArguments, tellReady } from './service.mjs';

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

// Memory stays bounded on a long run: the states and blocks of the last few minutes are enough for a demo.
const STATES_KEPT = 1_000;
const BLOCKS_KEPT = 5_000;

/**
 * Starts anvil and waits until it answers. `keep` is a folder that the chain is saved to every second and continued from;
 * without one the chain ends with the process. Returns { url, port, process }.
 */
export async function startChain({ port = 0, blockTime = 1, chainId = 31337, keep, extra = [] } = {}) {
  const chosen = port === 0 ? await freePort() : port;
  const data = keep ?? mkdtempSync(join(tmpdir(), 'nines-lab-chain-'));
  mkdirSync(data, { recursive: true });

  const child = spawnWithParent(anvilPath(), [
    '--host', LOOPBACK, '--port', String(chosen), '--chain-id', String(chainId), '--block-time', String(blockTime),
    '--silent', '--threads', '2', '--cache-path', join(data, 'cache'),
    '--prune-history', String(STATES_KEPT), '--transaction-block-keeper', String(BLOCKS_KEPT),
    ...(keep ? ['--state', join(data, 'chain.json'), '--state-interval', '1'] : []),
    ...extra,
  ]);
  if (!keep) child.once('exit', () => rmSync(data, { recursive: true, force: true }));

  const url = `http://${LOOPBACK}:${chosen}`;
  let failure;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure = `ended with ${signal ?? code}`));
  await until('anvil', async () => {
    if (failure) throw new Error(`anvil ${failure}`);
    try {
      return await call(url, 'eth_chainId', [], 1_000);
    } catch {
      return undefined;
    }
  }, 20_000);
  return { url, port: chosen, process: child };
}

/** The anvil of the npm package for this platform; ANVIL in the environment names another. */
function anvilPath() {
  if (process.env.ANVIL) return process.env.ANVIL;
  const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch]}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil`);
  } catch {
    throw new Error(`${name} is not installed: run lab/install, or name an anvil of your own in ANVIL`);
  }
}

/** Spawns a process that, on Linux, ends with ours even if we are killed. */
function spawnWithParent(command, args) {
  const setpriv = '/usr/bin/setpriv';
  const stdio = ['ignore', 'ignore', 'inherit'];
  if (process.platform !== 'linux' || !existsSync(setpriv)) return spawn(command, args, { stdio });
  return spawn(setpriv, ['--pdeathsig', 'KILL', '--', command, ...args], { stdio });
}

if (isMain(import.meta)) {
  const usage = `usage: node lab/chain.mjs [--port N] [--block-time SECONDS] [--chain-id N] [--data FOLDER] [--end-with-stdin] [-- anvil's own options]
  --data   save the chain here each second and continue it at the next start; without it the chain ends with the process`;
  const split = process.argv.indexOf('--');
  const extra = split < 0 ? [] : process.argv.splice(split).slice(1);
  const args = readArguments(usage, {
    'block-time': { type: 'string', default: '1' },
    'chain-id': { type: 'string', default: '31337' },
    data: { type: 'string' },
  });

  const chain = await startChain({
    port: integerArgument(args, 'port', 0, 65_535, usage),
    blockTime: integerArgument(args, 'block-time', 1, 3_600, usage),
    chainId: integerArgument(args, 'chain-id', 1, 2 ** 31, usage),
    keep: args.data,
    extra,
  });
  const ended = new Promise((resolve) => chain.process.once('exit', resolve));
  let ending = false;
  chain.process.once('exit', (code, signal) => {
    if (ending) return;
    log(`anvil ended with ${signal ?? code}`);
    process.exit(1);
  });
  endOnSignal(args, async () => {
    ending = true;
    chain.process.kill('SIGTERM');
    chain.process.kill('SIGCONT'); // a frozen one could not end
    setTimeout(() => chain.process.kill('SIGKILL'), 3_000);
    await ended;
  });
  tellReady({ port: chain.port, url: chain.url, node_pid: chain.process.pid });
}
