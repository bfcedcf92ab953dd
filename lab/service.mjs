// What every service of the lab shares: arguments, a port on loopback, the ready line, the admin server, the way to end.

import { realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

export const LOOPBACK = '127.0.0.1';

// Free ports are looked for below the range the kernel takes its own outgoing ports from: a service that closes its
// listener as a fault must find the port still free when the fault ends.
const FIRST_FREE = 20_000;
const FREE_PORTS = 12_000;

const COMMON = {
  port: { type: 'string', default: '0' },
  'admin-port': { type: 'string', default: '0' },
  'end-with-stdin': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** Reads the arguments of a service: its own `options` (as for util.parseArgs) and those that all have. Exits when they are wrong. */
export function readArguments(usage, options = {}, { positionals = false } = {}) {
  let parsed;
  try {
    parsed = parseArgs({ options: { ...COMMON, ...options }, allowPositionals: positionals });
  } catch (error) {
    exitCalledWrong(error.message, usage);
  }
  if (parsed.values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  return { ...parsed.values, positionals: parsed.positionals };
}

export function exitCalledWrong(message, usage) {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
}

/** An integer within [least, most], or null when the text isn't one. */
export function integer(text, least, most) {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}

/** The integer given as `--name`; exits when it is out of range. */
export function integerArgument(args, name, least, most, usage) {
  const value = integer(args[name], least, most);
  if (value === null) exitCalledWrong(`--${name} is ${args[name]}: it must be an integer from ${least} to ${most}.`, usage);
  return value;
}

/** The text given as `--name`; exits when it is missing. */
export function requiredArgument(args, name, usage) {
  if (!args[name]) exitCalledWrong(`--${name} is missing.`, usage);
  return args[name];
}

export function log(message) {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
}

/** Writes one JSON line to stdout. */
export function tell(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function tellReady(value) {
  tell({ ready: true, ...value, pid: process.pid });
}

/** Listens on loopback at `port`, or at a free port for 0. Returns the port. */
export async function listen(server, port) {
  if (port !== 0) return await listenAt(server, port);
  const start = Math.floor(Math.random() * FREE_PORTS);
  for (let i = 0; i < FREE_PORTS; i++) {
    try {
      return await listenAt(server, FIRST_FREE + ((start + i) % FREE_PORTS));
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('no free port');
}

function listenAt(server, port) {
  return new Promise((resolve, reject) => {
    const listening = () => {
      server.off('error', failed);
      resolve(port);
    };
    const failed = (error) => {
      server.off('listening', listening);
      reject(error);
    };
    server.once('error', failed).once('listening', listening).listen(port, LOOPBACK);
  });
}

/** A free port for a process that can't choose one itself. */
export async function freePort() {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts the admin server. `routes` maps 'POST /admin/name' to a function of the URL's query (URLSearchParams) that returns
 * what to answer as JSON; it throws BadCommand for a query that makes no sense. Returns the port.
 */
export async function startAdmin(port, routes) {
  const server = createServer(async (request, response) => {
    request.resume();
    const url = new URL(request.url, 'http://admin');
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route) return sendJson(response, 404, { error: `no such command; there are: ${Object.keys(routes).join(', ')}` });
    try {
      sendJson(response, 200, (await route(url.searchParams)) ?? { done: true });
    } catch (error) {
      if (!(error instanceof BadCommand)) log(`admin: ${error.stack}`);
      sendJson(response, error instanceof BadCommand ? 400 : 500, { error: error.message });
    }
  });
  return await listen(server, port);
}

export class BadCommand extends Error {}

/** The value of `?on=1` or `?on=0`; without it, on. */
export function isOn(query) {
  const text = query.get('on') ?? '1';
  if (text !== '0' && text !== '1') throw new BadCommand(`on=${text}: it must be 0 or 1`);
  return text === '1';
}

export function sendJson(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/**
 * Ends the process on SIGTERM and SIGINT, after `end` (if given) has run. With --end-with-stdin also when stdin ends,
 * so that nothing is left over when the process that started it was killed.
 */
export function endOnSignal(args, end = () => {}) {
  let ending = false;
  const finish = async () => {
    if (ending) return;
    ending = true;
    try {
      await end();
    } finally {
      process.exit(0);
    }
  };
  process.on('SIGTERM', finish);
  process.on('SIGINT', finish);
  if (args['end-with-stdin']) process.stdin.on('end', finish).on('error', finish).resume();
}

/** The wall clock in milliseconds since 1970 with a fraction; never outside the millisecond the system clock says. */
export function wallClock() {
  const fine = performance.timeOrigin + performance.now();
  const coarse = Date.now();
  return Math.round(Math.min(Math.max(fine, coarse), coarse + 0.999) * 1000) / 1000;
}

/** True when the module at `meta.url` is the one that node was started with. */
export function isMain(meta) {
  return process.argv[1] !== undefined && meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
}
