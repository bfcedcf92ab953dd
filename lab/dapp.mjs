// A small dApp: a page and an API that really depend on a node and on the token contract behind it.

import { createServer } from 'node:http';
import { artifact, encodeCall } from './compile.mjs';
import { call } from './rpc.mjs';
import { endOnSignal, integerArgument, isOn, listen, log, readArguments, requiredArgument, sendJson, startAdmin, tellReady } from './service.mjs';

const UPSTREAM_TIMEOUT_MS = 2_000;
const TOKEN = 10n ** 18n;

const usage = `usage: node lab/dapp.mjs --rpc URL --token ADDRESS [--port N] [--admin-port N] [--end-with-stdin]
  GET /                       the page; when the node or the contract fails: 200 with an error page
  GET /api/balance?of=0x…     {of, balance, block}; 400 for a bad address, 502 when the node or the contract fails
  GET /health                 {status, block, paused, total_supply}; 503 when the node or the contract fails
  POST /admin/errorpage?on=1|0   the page is an error page although all is well behind it
  GET  /admin/status`;
const args = readArguments(usage, { rpc: { type: 'string' }, token: { type: 'string' } });
const rpc = requiredArgument(args, 'rpc', usage);
const token = requiredArgument(args, 'token', usage);
const contract = artifact();
let errorPage = false;

async function read(signature, ...values) {
  const word = await call(rpc, 'eth_call', [{ to: token, data: encodeCall(contract, signature, ...values) }, 'latest'], UPSTREAM_TIMEOUT_MS);
  if (word.length !== 66) throw new Error(`${signature}: no contract at ${token}`);
  return BigInt(word);
}

async function blockNumber() {
  return Number(await call(rpc, 'eth_blockNumber', [], UPSTREAM_TIMEOUT_MS));
}

async function state() {
  const [block, supply, paused] = await Promise.all([blockNumber(), read('totalSupply()'), read('paused()')]);
  return { block, total_supply: supply.toString(), paused: paused === 1n };
}

function page(title, body) {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>\n<body>\n${body}\n</body></html>\n`;
}

function goodPage({ block, total_supply: supply, paused }) {
  return page('Lab Token', `<h1>Lab Token</h1>
<p>Block <span id="block">${block}</span></p>
<p>Supply <span id="supply">${BigInt(supply) / TOKEN}</span> LAB</p>
<p>Transfers are <span id="transfers">${paused ? 'paused' : 'open'}</span></p>
<form action="/api/balance"><input name="of" placeholder="0x…"><button>Balance</button></form>`);
}

const BAD_PAGE = page('Lab Token', '<h1>Something went wrong</h1>\n<p>We are working on it. Please try again later.</p>');

async function servePage(response) {
  let html = BAD_PAGE;
  try {
    const now = await state();
    if (!errorPage) html = goodPage(now);
  } catch (error) {
    log(`page: ${error.message}`);
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(html) });
  response.end(html);
}

async function serveBalance(response, of) {
  if (!/^0x[0-9a-f]{40}$/i.test(of ?? '')) return sendJson(response, 400, { error: 'of must be an address: 0x and 40 hexadecimal digits' });
  try {
    const [block, balance] = await Promise.all([blockNumber(), read('balanceOf(address)', of)]);
    sendJson(response, 200, { of, balance: balance.toString(), block });
  } catch (error) {
    sendJson(response, 502, { error: error.message });
  }
}

async function serveHealth(response) {
  try {
    sendJson(response, 200, { status: 'ok', ...(await state()) });
  } catch (error) {
    sendJson(response, 503, { status: 'failing', error: error.message });
  }
}

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url, 'http://dapp');
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { error: 'GET only' });
  switch (url.pathname) {
    case '/':
      return servePage(response);
    case '/api/balance':
      return serveBalance(response, url.searchParams.get('of'));
    case '/health':
      return serveHealth(response);
    default:
      return sendJson(response, 404, { error: 'no such page' });
  }
});
server.maxConnections = 1_024;
endOnSignal(args);

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/errorpage': (query) => {
    errorPage = isOn(query);
    return { errorpage: errorPage };
  },
  'GET /admin/status': () => ({ errorpage: errorPage, rpc, token }),
});
tellReady({ port, url: `http://127.0.0.1:${port}`, admin_port: adminPort });
