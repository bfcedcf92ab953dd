// A JSON-RPC call over HTTP, as small as it can be.

import { setTimeout as pause } from 'node:timers/promises';

/** What a node answered instead of a result. */
export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(message);
    Object.assign(this, { code, data });
  }
}

/** The result of one call. Throws RpcError when the node refuses, any other error when there is no proper answer. */
export async function call(url, method, params = [], timeoutMs = 5_000) {
  const answer = await post(url, { jsonrpc: '2.0', id: 1, method, params }, timeoutMs);
  if (answer.error) throw new RpcError(answer.error);
  if (!('result' in answer)) throw new Error(`${method}: neither a result nor an error`);
  return answer.result;
}

/** The raw answer to a request or to a batch. */
export async function post(url, body, timeoutMs = 5_000) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status} from the node`);
  return await response.json();
}

/** Asks `probe` until it returns something other than undefined, or throws when `limitMs` has passed. */
export async function until(what, probe, limitMs = 60_000, everyMs = 50) {
  for (const end = performance.now() + limitMs; ; ) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await pause(everyMs);
  }
}

/** The receipt of a transaction, once it is in a block. */
export function receipt(url, hash) {
  return until(`receipt of ${hash}`, async () => (await call(url, 'eth_getTransactionReceipt', [hash])) ?? undefined, 30_000);
}
