// Starts a service of the lab as a process and waits for its ready line: for tests, benchmarks and scripts.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const READY_WITHIN_MS = 90_000;
const LINES_KEPT = 10_000;

/**
 * Starts lab/<name>.mjs. Returns { ready, lines, pid, kill(signal), ended, stop() }: the ready line, all lines on stdout,
 * and a promise of how it ended. The service ends with us even if we are killed.
 */
export async function start(name, ...args) {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const split = args.indexOf('--'); // what follows isn't ours
  const own = split < 0 ? args : args.slice(0, split);
  const rest = split < 0 ? [] : args.slice(split);
  const child = spawn(process.execPath, [file, ...own.map(String), '--end-with-stdin', ...rest], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it ended: `ended` says so
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const stop = async () => {
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a frozen process would not see the other signal
    const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
    const how = await ended;
    clearTimeout(hard);
    return how;
  };

  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-4_000)));
  const lines = [];
  const ready = await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${name} is not ready within ${READY_WITHIN_MS} ms: ${errors}`)), READY_WITHIN_MS);
    const settle = (act, value) => {
      clearTimeout(limit);
      act(value);
    };
    ended.then((how) => settle(reject, new Error(`${name} ended before it was ready (${how.signal ?? how.code}): ${errors}`)));
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.ready) settle(resolve, line);
      if (lines.push(line) > LINES_KEPT) lines.shift();
    });
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { ready, lines, pid: child.pid, kill: (signal) => child.kill(signal), ended, stop, stderr: () => errors };
}

/** Gives a running service a command at its admin port. Returns the answer. */
export async function command(service, path, method = 'POST') {
  const response = await fetch(`http://127.0.0.1:${service.ready.admin_port}${path}`, { method, signal: AbortSignal.timeout(60_000) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${answer.error}`);
  return answer;
}
