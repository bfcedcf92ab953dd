// A stub of a remote signer's health interface, in the shape that the documents of web3signer show: /upcheck, /healthcheck and
// /api/v1/eth2/publicKeys; beside them the age of a queue. It holds no key and signs nothing.

import { createServer } from 'node:http';
import { endOnSignal, integer, integerArgument, isOn, listen, readArguments, sendJson, startAdmin, tell, tellReady, wallClock, BadCommand } from './service.mjs';

const usage = `usage: node lab/signer.mjs [--port N] [--admin-port N] [--keys N] [--end-with-stdin]
  GET /upcheck  /healthcheck  /api/v1/eth2/publicKeys  /queue
  POST /admin/down?on=1|0      the health report says DOWN, with the check that fails (503)
  POST /admin/error?on=1|0     every answer is a 500
  POST /admin/freeze?on=1|0    nothing is answered
  POST /admin/keys?count=N     it holds N keys
  POST /admin/queue?age=S      the oldest request waits since S seconds; 0: the queue is empty
  GET  /admin/status`;
const args = readArguments(usage, { keys: { type: 'string', default: '4' } });
const state = { down: false, error: false, freeze: false, keys: integerArgument(args, 'keys', 0, 10_000, usage), queued_since: 0 };
const waiting = new Set();

const report = () => ({
  status: state.down ? 'DOWN' : 'UP',
  checks: [{ id: 'keys-check/slashing-protection-db', status: state.down ? 'DOWN' : 'UP' }, { id: 'disk-space', status: 'UP', data: { free: 123_456_789 } }],
  outcome: state.down ? 'DOWN' : 'UP',
});
const key = (i) => `0x${(i + 1).toString(16).padStart(96, '0')}`;

const routes = {
  'GET /upcheck': (response) => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('OK'),
  'GET /healthcheck': (response) => sendJson(response, state.down ? 503 : 200, report()),
  'GET /api/v1/eth2/publicKeys': (response) => sendJson(response, 200, Array.from({ length: state.keys }, (_, i) => key(i))),
  'GET /queue': (response) => sendJson(response, 200, { length: state.queued_since ? 1 : 0, oldest: state.queued_since ? new Date(state.queued_since).toISOString() : null }),
};

function answer(request, response) {
  const route = routes[`${request.method} ${new URL(request.url, 'http://signer').pathname}`];
  if (state.error) return sendJson(response, 500, { message: 'internal error' });
  return route ? route(response) : sendJson(response, 404, { message: 'not found' });
}

const server = createServer((request, response) => {
  request.resume();
  if (!state.freeze) return answer(request, response);
  waiting.add(response);
  response.on('close', () => waiting.delete(response));
});
server.maxConnections = 256;

function told(name, act) {
  const before_ms = wallClock();
  act();
  tell({ event: 'fault', fault: name, before_ms, at_ms: wallClock() });
  return state;
}

const switchFault = (name) => (query) => {
  const on = isOn(query);
  return told(name, () => {
    state[name] = on;
    if (name === 'freeze' && !on) for (const response of waiting) response.destroy();
  });
};

function number(query, name, most) {
  const value = integer(query.get(name), 0, most);
  if (value === null) throw new BadCommand(`${name}=${query.get(name)}: it must be an integer from 0 to ${most}`);
  return value;
}

endOnSignal(args);
const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/down': switchFault('down'),
  'POST /admin/error': switchFault('error'),
  'POST /admin/freeze': switchFault('freeze'),
  'POST /admin/keys': (query) => {
    const count = number(query, 'count', 10_000);
    return told('keys', () => (state.keys = count));
  },
  'POST /admin/queue': (query) => {
    const age = number(query, 'age', 86_400);
    return told('queue', () => (state.queued_since = age === 0 ? 0 : Date.now() - age * 1_000));
  },
  'GET /admin/status': () => state,
});
tellReady({ port, url: `http://127.0.0.1:${port}`, admin_port: adminPort });
