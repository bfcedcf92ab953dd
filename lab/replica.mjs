// The replica inside the follower: an own head, the headers behind it, and the answers that are pinned to that head.

import { RpcError, call, post } from './rpc.mjs';

const BLOCKS_KEPT = 256;
const ANSWERS_KEPT = 2_048;
const FETCHED_AT_ONCE = 64;
const UPSTREAM_TIMEOUT_MS = 2_000;

// Where each method names the block whose state it asks about.
const BLOCK_PARAMETER = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_createAccessList: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getStorageAt: 2,
  eth_getProof: 2,
  eth_feeHistory: 1,
  eth_getBlockReceipts: 0,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getTransactionByBlockNumberAndIndex: 0,
};

// A filter lives in the producer and moves with the producer's head: a stalled replica would give itself away.
const NOT_SERVED = new Set([
  'eth_newFilter', 'eth_newBlockFilter', 'eth_newPendingTransactionFilter', 'eth_getFilterChanges', 'eth_getFilterLogs',
  'eth_uninstallFilter', 'eth_subscribe', 'eth_unsubscribe',
]);

export class Replica {
  #producer;
  #blocks = new Map(); // number → block with its transactions, oldest first; the last one is the head
  #numbers = new Map(); // hash → number, for what is in #blocks
  #answers = new Map(); // method and parameters → result, least recently used first
  #head = null; // number
  #tags = { safe: null, finalized: null }; // numbers
  #chainId;
  #version;

  /** Whether the head follows the producer's. */
  following = true;
  /** Whether the producer answered when last asked. */
  reachable = false;

  constructor(producer) {
    this.#producer = producer;
  }

  get head() {
    return this.#head;
  }

  async connect() {
    this.#chainId = await this.#ask('eth_chainId');
    this.#version = `lab-follower/1.0 over ${await this.#ask('web3_clientVersion')}`;
    await this.advance();
  }

  /** Takes over what the producer has that we don't; the head moves only when all of it is here. */
  async advance() {
    const [head, safe, finalized] = await this.#askBlocks(['latest', 'safe', 'finalized'], false);
    if (!this.following) return; // told to stop while we asked
    const target = Number(head.number);
    const known = this.#blocks.get(target);
    if (this.#head === target && known?.hash === head.hash) return;

    // After a reorganisation our blocks are no ancestors of the new head: step back until they are.
    let from = Math.max(this.#head === null ? target : this.#head + 1, target - BLOCKS_KEPT + 1, 0);
    if (target < from) from = target;
    let fetched = await this.#fetch(from, target);
    while (fetched.length < BLOCKS_KEPT && fetched[0]?.number !== '0x0' && this.#contradicts(fetched[0])) {
      from -= 1;
      fetched = [...(await this.#fetch(from, from)), ...fetched];
    }
    if (!this.following || fetched.length === 0) return;

    for (const number of [...this.#blocks.keys()].filter((number) => number >= from)) this.#forget(number);
    for (const block of fetched) this.#remember(block);
    this.#head = Number(fetched.at(-1).number);
    this.#tags = { safe: Number(safe.number), finalized: Number(finalized.number) };
  }

  /** The result of a method, as this replica sees the chain. Throws RpcError when it can't say. */
  async answer(method, params) {
    switch (method) {
      case 'eth_chainId':
        return this.#chainId;
      case 'net_version':
        return String(Number(this.#chainId));
      case 'web3_clientVersion':
        return this.#version;
      case 'eth_blockNumber':
        return hex(this.#head);
      case 'eth_syncing':
        return false; // also while it lags, as a node that has lost its peers does
      case 'net_listening':
        return true;
      case 'net_peerCount':
        return this.reachable ? '0x1' : '0x0';
      case 'eth_getBlockByNumber':
        return await this.#blockByNumber(params);
      case 'eth_getBlockByHash':
        return await this.#blockByHash(params);
      case 'eth_getLogs':
        return await this.#logs(params[0] ?? {});
      case 'eth_getTransactionByHash':
      case 'eth_getTransactionReceipt':
        return this.#unlessAhead(await this.#ask(method, params));
    }
    if (NOT_SERVED.has(method)) throw new RpcError({ code: -32601, message: `${method} is not served by a replica` });
    if (method in BLOCK_PARAMETER) return await this.#pinned(method, params, BLOCK_PARAMETER[method]);
    return await this.#ask(method, params);
  }

  async #blockByNumber([tag, full = false]) {
    const number = this.#resolve(tag ?? 'latest');
    if (number > this.#head) return null;
    const block = this.#blocks.get(number);
    return block ? present(block, full) : await this.#ask('eth_getBlockByNumber', [hex(number), full]);
  }

  async #blockByHash([hash, full = false]) {
    const block = this.#blocks.get(this.#numbers.get(hash));
    return block ? present(block, full) : this.#unlessAhead(await this.#ask('eth_getBlockByHash', [hash, full]));
  }

  async #logs(filter) {
    if (filter.blockHash) {
      if ((await this.#blockByHash([filter.blockHash])) === null) throw new RpcError({ code: -32000, message: 'unknown block' });
      return await this.#cached('eth_getLogs', [filter]);
    }
    const from = this.#resolve(filter.fromBlock ?? 'latest');
    const to = Math.min(this.#resolve(filter.toBlock ?? 'latest'), this.#head);
    return from > to ? [] : await this.#cached('eth_getLogs', [{ ...filter, fromBlock: hex(from), toBlock: hex(to) }]);
  }

  async #pinned(method, params, index) {
    const tag = params[index] ?? 'latest';
    // The next nonce of a sender counts what waits in the producer's pool: a replica that follows may know it.
    if (method === 'eth_getTransactionCount' && tag === 'pending' && this.following) return await this.#ask(method, params);
    if (tag.blockHash) {
      if ((await this.#blockByHash([tag.blockHash])) === null) throw headerNotFound();
      return await this.#cached(method, params);
    }
    const number = this.#resolve(tag.blockNumber ?? tag);
    if (number > this.#head) throw headerNotFound();
    const pinned = [...params];
    while (pinned.length < index) pinned.push(null);
    pinned[index] = hex(number);
    return await this.#cached(method, pinned);
  }

  /** Answers about one block never change, until a reorganisation replaces it: the block's hash is part of the key. */
  async #cached(method, params) {
    const key = JSON.stringify([method, params, this.#blocks.get(this.#head).hash]);
    let result = this.#answers.get(key);
    if (result === undefined) result = await this.#ask(method, params);
    this.#answers.delete(key);
    this.#answers.set(key, result);
    if (this.#answers.size > ANSWERS_KEPT) this.#answers.delete(this.#answers.keys().next().value);
    return result;
  }

  /** What is about a block that we don't have yet does not exist for us. */
  #unlessAhead(found) {
    const number = found?.blockNumber ?? found?.number;
    return number !== undefined && number !== null && Number(number) > this.#head ? null : found;
  }

  #resolve(tag) {
    switch (tag) {
      case 'latest':
      case 'pending':
        return this.#head;
      case 'safe':
      case 'finalized':
        return this.#tags[tag];
      case 'earliest':
        return 0;
    }
    const number = typeof tag === 'string' && /^0x[0-9a-f]+$/i.test(tag) ? Number(tag) : NaN;
    if (!Number.isSafeInteger(number)) throw new RpcError({ code: -32602, message: `not a block: ${JSON.stringify(tag)}` });
    return number;
  }

  async #fetch(from, to) {
    const blocks = [];
    for (let first = from; first <= to; first += FETCHED_AT_ONCE) {
      const count = Math.min(FETCHED_AT_ONCE, to - first + 1);
      blocks.push(...(await this.#askBlocks(Array.from({ length: count }, (_, i) => hex(first + i)), true)));
    }
    return blocks;
  }

  #contradicts(block) {
    const parent = this.#blocks.get(Number(block.number) - 1);
    return parent !== undefined && parent.hash !== block.parentHash;
  }

  #remember(block) {
    const number = Number(block.number);
    this.#blocks.set(number, block);
    this.#numbers.set(block.hash, number);
    if (this.#blocks.size > BLOCKS_KEPT) this.#forget(this.#blocks.keys().next().value);
  }

  #forget(number) {
    this.#numbers.delete(this.#blocks.get(number).hash);
    this.#blocks.delete(number);
  }

  async #askBlocks(tags, full) {
    const requests = tags.map((tag, id) => ({ jsonrpc: '2.0', id, method: 'eth_getBlockByNumber', params: [tag, full] }));
    const answers = await this.#reach(() => post(this.#producer, requests, UPSTREAM_TIMEOUT_MS));
    return answers.sort((a, b) => a.id - b.id).map((answer) => {
      if (!answer.result) throw new Error(`the producer has no block ${tags[answer.id]}`);
      return answer.result;
    });
  }

  async #ask(method, params = []) {
    return await this.#reach(() => call(this.#producer, method, params, UPSTREAM_TIMEOUT_MS));
  }

  async #reach(ask) {
    try {
      const result = await ask();
      this.reachable = true;
      return result;
    } catch (error) {
      this.reachable = error instanceof RpcError;
      if (this.reachable) throw error;
      throw new RpcError({ code: -32000, message: `the replica has no state for this, and its producer is away: ${error.message}` });
    }
  }
}

function present(block, full) {
  return full ? block : { ...block, transactions: block.transactions.map((transaction) => transaction.hash) };
}

function headerNotFound() {
  return new RpcError({ code: -32000, message: 'header not found' });
}

function hex(number) {
  return `0x${number.toString(16)}`;
}
