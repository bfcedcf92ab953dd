// An order book that walks at random and is never crossed, in integer cents and integer lots.

const DEPTH = 20;
const LOT = 10_000; // lots in one unit of the base currency
const LOWEST_MID = 100_000;

export class Book {
  #mid;
  #bids = new Map(); // price in cents → size in lots
  #asks = new Map();
  #random;

  sequence = 0;
  tradeId = 0;

  constructor(mid = 250_000, random = Math.random) {
    this.#mid = mid;
    this.#random = random;
    this.#refill();
  }

  /** One step of the market: { sequence, bids, asks } with the levels that changed (size 0 = gone), and sometimes a trade. */
  step() {
    this.#mid = Math.max(LOWEST_MID, this.#mid + this.#integer(-40, 40));
    const before = { bids: new Map(this.#bids), asks: new Map(this.#asks) };
    this.#refill();
    this.sequence += 1;
    const delta = {
      sequence: this.sequence,
      bids: differences(before.bids, this.#bids).map(formatLevel),
      asks: differences(before.asks, this.#asks).map(formatLevel),
    };
    return { delta, trade: this.#random() < 0.5 ? this.#trade() : null };
  }

  /** { bids, asks }, best first, as [price, size] in decimal text. */
  snapshot() {
    const sorted = (side, order) => [...side].sort(([a], [b]) => order * (a - b)).map(formatLevel);
    return { bids: sorted(this.#bids, -1), asks: sorted(this.#asks, 1) };
  }

  /** Bids stay below the middle and asks above it: crossed is impossible. */
  #refill() {
    for (const [side, sign] of [[this.#bids, -1], [this.#asks, 1]]) {
      for (const price of side.keys()) {
        const distance = (price - this.#mid) * sign;
        if (distance < 1 || distance > DEPTH * 25) side.delete(price);
      }
      for (let level = 1; side.size < DEPTH; level += this.#integer(1, 4)) {
        side.set(this.#mid + sign * level * 5, this.#integer(1, 30 * LOT));
      }
      const [price] = side.keys();
      side.set(price, this.#integer(1, 30 * LOT));
      while (side.size > DEPTH) side.delete(side.keys().next().value);
    }
  }

  #trade() {
    const buys = this.#random() < 0.5;
    const prices = [...(buys ? this.#asks : this.#bids).keys()];
    const price = buys ? Math.min(...prices) : Math.max(...prices);
    return { id: ++this.tradeId, side: buys ? 'buy' : 'sell', price: formatPrice(price), size: formatSize(this.#integer(1, LOT)) };
  }

  #integer(least, most) {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
}

function differences(before, now) {
  const gone = [...before.keys()].filter((price) => !now.has(price)).map((price) => [price, 0]);
  const changed = [...now].filter(([price, size]) => before.get(price) !== size);
  return [...gone, ...changed];
}

function formatLevel([price, size]) {
  return [formatPrice(price), formatSize(size)];
}

function formatPrice(cents) {
  return (cents / 100).toFixed(2);
}

function formatSize(lots) {
  return (lots / LOT).toFixed(4);
}
