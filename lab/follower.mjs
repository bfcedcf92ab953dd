// A second node of a chain: a read replica in front of the producer, with an own head. It can lag while it still answers.

import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Replica } from './replica.mjs';
import { RpcError } from './rpc.mjs';
import {
  endOnSignal, integerArgument, isOn, listen, log, readArguments, requiredArgument, sendJson, startAdmin, tellReady,
} from './service.mjs';

const POLL_MS = 200;
const LARGEST_REQUEST = 1_000_000;
const LARGEST_BATCH = 100;

const usage = `usage: node lab/follower.mjs --producer URL [--port N] [--admin-port N] [--end-with-stdin]
  POST /admin/lag?on=1|0   stop following (the head stalls, HTTP still answers), resume; also SIGUSR1 and SIGUSR2
  GET  /admin/status`;
const args = readArguments(usage, { producer: { type: 'string' } });
const replica = new Replica(requiredArgument(args, 'producer', usage));

async function follow() {
  for (;;) {
    try {
      if (replica.following) await replica.advance();
    } catch (error) {
      log(`the producer is away: ${error.message}`);
    }
    await pause(POLL_MS);
  }
}

function lag(on) {
  replica.following = !on;
  return status();
}

function status() {
  return { head: replica.head, following: replica.following, producer_reachable: replica.reachable };
}

async function answerOne(request) {
  if (typeof request !== 'object' || request === null || typeof request.method !== 'string') {
    return failed(null, { code: -32600, message: 'Invalid request' });
  }
  const { id = null, method, params = [] } = request;
  if (!Array.isArray(params)) return failed(id, { code: -32602, message: 'parameters must be an array' });
  try {
    return { jsonrpc: '2.0', id, result: await replica.answer(method, params) };
  } catch (error) {
    if (!(error instanceof RpcError)) log(`${method}: ${error.stack}`);
    const { code = -32603, message, data } = error;
    return failed(id, { code: Number.isInteger(code) ? code : -32603, message, data });
  }
}

function failed(id, error) {
  return { jsonrpc: '2.0', id, error };
}

async function answer(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return failed(null, { code: -32700, message: 'Parse error' });
  }
  if (!Array.isArray(body)) return await answerOne(body);
  if (body.length === 0) return failed(null, { code: -32600, message: 'Invalid request' });
  if (body.length > LARGEST_BATCH) return failed(null, { code: -32600, message: `more than ${LARGEST_BATCH} requests in a batch` });
  return await Promise.all(body.map(answerOne));
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'JSON-RPC is served by POST' });
  let text = '';
  try {
    for await (const part of request.setEncoding('utf8')) {
      text += part;
      if (text.length > LARGEST_REQUEST) return sendJson(response, 413, { error: 'too large' });
    }
  } catch {
    return; // the client went away
  }
  sendJson(response, 200, await answer(text));
});

process.on('SIGUSR1', () => lag(true));
process.on('SIGUSR2', () => lag(false));
endOnSignal(args);

await replica.connect();
follow();
const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/lag': (query) => lag(isOn(query)),
  'GET /admin/status': status,
});
tellReady({ port, url: `http://127.0.0.1:${port}`, admin_port: adminPort });
