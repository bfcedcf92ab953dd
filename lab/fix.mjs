// A FIX 4.4 acceptor of a small trading venue: the published session rules (logon, sequence numbers over connections, gap fill, test
// requests, heartbeats, logout), trading status, limit orders over a book that moves; with the faults of real ones at the admin port.

import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { Book } from './book.mjs';
import { timeText, Wire, write } from './fixwire.mjs';
import { BadCommand, endOnSignal, integer, integerArgument, isOn, listen, LOOPBACK, readArguments, startAdmin, tell, tellReady, wallClock } from './service.mjs';

const SYMBOL = 'ETH-USD';
const US = 'VENUE';
const STEP_MS = 200;
const TICK_MS = 50;
const MOST_SESSIONS = 64;
const MOST_REMEMBERED = 10_000;
const STATUSES = {
  trading: { session: 2, security: 17 }, halted: { session: 1, security: 2 }, closed: { session: 3, security: 18 }, cancel_only: { session: 100, security: 100 }, maintenance: { session: 101, security: 101 },
};

const usage = `usage: node lab/fix.mjs [--port N] [--admin-port N] [--password P] [--sign-key BASE64] [--end-with-stdin]
  FIX 4.4, TargetCompID ${US}, any SenderCompID, one session for each; market ${SYMBOL}
  With --password: Password (554) has to be it. With --sign-key: RawData (96) has to be the HMAC-SHA256 over 52, 35, 34, 49, 56, 554.
  Faults; with &for=MS one that can be switched ends by itself:
  POST /admin/silent?on=1|0         says nothing more on any connection, takes new ones
  POST /admin/refuse?on=1|0         answers each Logon with a Logout
  POST /admin/reset                 all sessions begin anew at 1; ends the connections
  POST /admin/reset-message?to=N    SequenceReset-Reset to N
  POST /admin/skip?size=N           leaves out N numbers
  POST /admin/garble                sends bytes with a wrong checksum
  POST /admin/clock?ms=N            the venue's clock is ahead by N ms
  POST /admin/status?status=S       S: ${Object.keys(STATUSES).join(' ')}
  POST /admin/refuse-orders?on=1|0  every order is rejected, while the book moves
  POST /admin/ignore-orders?on=1|0  no order is answered
  POST /admin/keep-orders?on=1|0    no order is taken back
  POST /admin/lifetime?ms=N         sessions are logged out at that age (0: never)
  POST /admin/drop                  ends all connections without a word
  GET  /admin/book                  {"bids": [[price, size], …], "asks": …, "sequence": N}
  GET  /admin/status`;
const args = readArguments(usage, { password: { type: 'string' }, 'sign-key': { type: 'string' } });

const faults = { silent: false, refuse: false, refuse_orders: false, ignore_orders: false, keep_orders: false, status: 'trading' };
const settings = { clock_ms: 0, lifetime_ms: 0 };
const seen = { logons: 0, reset_flags: 0, test_requests: 0, resends_asked: 0, resends_given: 0, orders: 0, cancels: 0, taken_over: 0 };
const timers = new Map();
const sessions = new Map(); // by the client's CompID: the numbers, what was sent, the orders
const connections = new Set();
const book = new Book();
const now = () => Date.now() + settings.clock_ms;

class Connection {
  wire = new Wire();
  session = null;
  heartbeat = 30_000;
  subscriptions = new Map();

  constructor(socket) {
    Object.assign(this, { socket, since: Date.now(), lastIn: Date.now(), lastOut: Date.now(), testedAt: 0 });
    socket.on('data', (bytes) => {
      for (const message of this.wire.take(bytes)) if (!socket.destroyed) this.take(message);
    });
    socket.on('error', () => {}).on('close', () => this.gone());
  }

  gone() {
    connections.delete(this);
    if (this.session?.connection === this) this.session.connection = null;
  }

  /** Sends with the next number; `fields` without the header. */
  send(type, fields = []) {
    const number = this.session.nextOut++;
    if (this.session.sent.size >= MOST_REMEMBERED) this.session.sent.delete(this.session.sent.keys().next().value);
    this.session.sent.set(number, { type, fields, time: timeText(now()) });
    this.put(type, number, fields);
  }

  put(type, number, fields, head = []) {
    if (faults.silent || this.socket.destroyed) return;
    this.lastOut = Date.now();
    this.socket.write(write([[35, type], [49, US], [56, this.session?.id ?? 'UNKNOWN'], [34, number], [52, timeText(now())], ...head, ...fields]));
  }

  logout(text) {
    this.send('5', [[58, text]]);
    this.socket.end();
  }

  reject(message, reason, text) {
    this.send('3', [[45, message.get(34)], [372, message.get(35)], [373, reason], [58, text]]);
  }

  take(message) {
    this.lastIn = Date.now();
    this.testedAt = 0;
    const type = message.get(35);
    if (this.session === null) return type === 'A' ? this.logon(message) : this.socket.destroy();
    const number = Number(message.get(34));
    const expected = this.session.nextIn;
    if (type === '4' && message.get(123) !== 'Y') {
      this.session.nextIn = Math.max(expected, Number(message.get(36)));
    } else if (number < expected) {
      if (message.get(43) !== 'Y') this.logout(`MsgSeqNum too low, expecting ${expected} but received ${number}`);
    } else if (number > expected) {
      this.askAgain(expected);
      if (type === '2') this.resend(message);
    } else {
      this.session.nextIn++;
      this.inOrder(type, message);
    }
  }

  logon(message) {
    const id = message.get(49);
    seen.logons++;
    if (message.get(141) === 'Y') seen.reset_flags++;
    if (!id || message.get(56) !== US || message.get(98) !== '0' || sessions.size >= MOST_SESSIONS) return this.socket.destroy();
    const session = sessions.get(id) ?? { id, nextIn: 1, nextOut: 1, sent: new Map(), orders: new Map(), connection: null };
    sessions.set(id, session);
    this.session = session;
    const number = Number(message.get(34));
    if (faults.refuse) return this.logout('the venue takes no sessions at present');
    if (args.password && message.get(554) !== args.password) return this.logout('invalid credentials');
    if (args['sign-key'] && message.get(96) !== signature(message)) return this.logout('invalid signature');
    if (number < session.nextIn) return this.logout(`MsgSeqNum too low, expecting ${session.nextIn} but received ${number}`);
    if (session.connection) {
      seen.taken_over++; // one session for each CompID: whoever was on it is off now
      session.connection.socket.destroy();
    }
    session.connection = this;
    this.heartbeat = Math.max(1, Number(message.get(108)) || 30) * 1_000;
    this.send('A', [[98, 0], [108, this.heartbeat / 1_000]]);
    if (number > session.nextIn) this.askAgain(session.nextIn);
    else session.nextIn++;
  }

  askAgain(from) {
    if (this.askedAgain === from) return;
    this.askedAgain = from;
    seen.resends_asked++;
    this.send('2', [[7, from], [16, 0]]);
  }

  inOrder(type, message) {
    switch (type) {
      case '0': case '3': return;
      case '1': return this.send('0', [[112, message.get(112)]]);
      case '2': return this.resend(message);
      case '4':
        this.session.nextIn = Math.max(this.session.nextIn, Number(message.get(36)));
        return;
      case '5':
        this.send('5');
        return this.socket.end();
      case 'g': case 'e':
        this.subscriptions.set(type, message.get(type === 'g' ? 335 : 324));
        return this.tellStatus(type);
      case 'D': return this.order(message);
      case 'F': return this.cancel(message);
      default: return this.send('j', [[45, message.get(34)], [372, type], [380, 3], [58, 'unsupported message type']]);
    }
  }

  /** What was of the session itself is filled, what was said of orders is said again as a possible duplicate. */
  resend(message) {
    seen.resends_given++;
    const last = Number(message.get(16)) === 0 ? this.session.nextOut - 1 : Math.min(Number(message.get(16)), this.session.nextOut - 1);
    let fill = null;
    const endFill = (next) => {
      if (fill !== null) this.put('4', fill, [[123, 'Y'], [36, next]], [[43, 'Y'], [122, timeText(now())]]);
      fill = null;
    };
    for (let number = Number(message.get(7)); number <= last; number++) {
      const was = this.session.sent.get(number);
      if (!was || '0123A45'.includes(was.type)) fill ??= number;
      else {
        endFill(number);
        this.put(was.type, number, was.fields, [[43, 'Y'], [122, was.time]]);
      }
    }
    endFill(last + 1);
  }

  tellStatus(type) {
    const means = STATUSES[faults.status];
    if (type === 'g') this.send('h', [[335, this.subscriptions.get('g')], [336, '1'], [340, means.session]]);
    else this.send('f', [[324, this.subscriptions.get('e')], [55, SYMBOL], [326, means.security]]);
  }

  report(order, execType, status, more = []) {
    this.send('8', [
      [37, order.venueId], [11, order.id], [17, `e${++executions}`], [150, execType], [39, status], [55, SYMBOL], [54, order.side], [38, order.quantity], [44, order.price],
      [151, status === '0' ? order.quantity : 0], [14, order.filled], [6, 0], ...more,
    ]);
  }

  order(message) {
    seen.orders++;
    if (faults.ignore_orders) return;
    const order = {
      id: message.get(11), venueId: `v${seen.orders}`, side: message.get(54), quantity: message.get(38), price: message.get(44), filled: 0,
    };
    const refuse = (reason, text) => this.report(order, '8', '8', [[103, reason], [58, text]]);
    if (faults.refuse_orders) return refuse(0, 'order entry is not available');
    if (faults.status !== 'trading') return refuse(2, `${SYMBOL} is ${faults.status}: no new orders`);
    if (message.get(55) !== SYMBOL) return refuse(1, `unknown symbol ${message.get(55)}`);
    if (!(Number(order.quantity) > 0 && Number(order.price) > 0)) return refuse(13, 'incorrect quantity or price');
    const { bids, asks } = book.snapshot();
    const matches = order.side === '1' ? Number(order.price) >= Number(asks[0][0]) : Number(order.price) <= Number(bids[0][0]);
    if (matches && message.get(18) === '6') return refuse(99, 'post only: the order would match');
    if (matches) {
      order.filled = order.quantity;
      return this.report(order, 'F', '2');
    }
    this.report(order, '0', '0');
    if (message.get(59) === '3') return this.report(order, '4', '4');
    this.session.orders.set(order.id, order);
  }

  cancel(message) {
    seen.cancels++;
    if (faults.ignore_orders) return;
    const order = this.session.orders.get(message.get(41));
    const refuse = (reason, text) => this.send('9', [[37, order?.venueId ?? 'NONE'], [11, message.get(11)], [41, message.get(41)], [39, order ? '0' : '8'], [434, 1], [102, reason], [58, text]]);
    if (!order) return refuse(1, 'unknown order');
    if (faults.keep_orders) return refuse(2, 'cancels are not available');
    this.session.orders.delete(order.id);
    this.report({ ...order, id: message.get(11) }, '4', '4', [[41, order.id]]);
  }

  tick(at) {
    if (!this.session) {
      if (at - this.since > 10_000) this.socket.destroy();
      return;
    }
    if (settings.lifetime_ms > 0 && at - this.since >= settings.lifetime_ms) return this.logout('session ends');
    if (at - this.lastOut >= this.heartbeat) this.send('0');
    if (this.testedAt > 0 && at - this.testedAt >= this.heartbeat) return this.socket.destroy();
    if (this.testedAt === 0 && at - this.lastIn >= this.heartbeat * 1.2) {
      this.testedAt = at;
      seen.test_requests++;
      this.send('1', [[112, `T${at}`]]);
    }
  }
}

let executions = 0;

function signature(message) {
  const over = [52, 35, 34, 49, 56, 554].map((tag) => message.get(tag) ?? '').join('\u0001');
  return createHmac('sha256', Buffer.from(args['sign-key'], 'base64')).update(over, 'latin1').digest('base64');
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  connections.add(new Connection(socket));
});
server.maxConnections = 256;

/** Changes something now, back to `back` after &for=MS; each change is a line on stdout with the time before and after it. */
function change(name, query, apply, back = () => {}) {
  clearTimeout(timers.get(name));
  const lasts = query.get('for') === null ? 0 : integer(query.get('for'), 1, 86_400_000);
  if (lasts === null) throw new BadCommand(`for=${query.get('for')}: it must be milliseconds, 1 to 86400000`);
  const told = (act) => {
    const before_ms = wallClock();
    act();
    tell({ event: 'fault', fault: name, ...faults, before_ms, at_ms: wallClock() });
  };
  told(apply);
  if (lasts > 0) timers.set(name, setTimeout(() => told(back), lasts));
  return status();
}

const switchFault = (name) => (query) => {
  const on = isOn(query);
  return change(name, query, () => (faults[name] = on), () => (faults[name] = false));
};

function number(query, name, least, most) {
  const value = /^-?\d+$/.test(query.get(name) ?? '') ? Number(query.get(name)) : NaN;
  if (!(value >= least && value <= most)) throw new BadCommand(`${name}=${query.get(name)}: it must be an integer from ${least} to ${most}`);
  return value;
}

const logged = () => [...connections].filter((connection) => connection.session?.connection === connection);

function setStatus(query) {
  const wanted = query.get('status');
  if (!(wanted in STATUSES)) throw new BadCommand(`status=${wanted}: it must be one of ${Object.keys(STATUSES).join(', ')}`);
  const set = (word) => {
    faults.status = word;
    for (const connection of logged()) for (const type of connection.subscriptions.keys()) connection.tellStatus(type);
  };
  return change('status', query, () => set(wanted), () => set('trading'));
}

function reset(query) {
  return change('reset', query, () => {
    for (const session of sessions.values()) Object.assign(session, { nextIn: 1, nextOut: 1, sent: new Map() });
    for (const connection of connections) connection.socket.destroy();
  });
}

function resetMessage(query) {
  const to = number(query, 'to', 1, 1_000_000);
  return change('reset_message', query, () => {
    for (const connection of logged()) {
      connection.put('4', connection.session.nextOut, [[36, to]]);
      connection.session.nextOut = Math.max(to, 1);
    }
  });
}

function skip(query) {
  const size = number(query, 'size', 1, 1_000);
  for (const session of sessions.values()) session.nextOut += size;
  return status();
}

function garble() {
  for (const connection of logged()) connection.socket.write('8=FIX.4.4\u00019=12\u000135=0\u000134=999\u000110=000\u0001');
  return status();
}

const drop = (query) => change('drop', query, () => connections.forEach((connection) => connection.socket.destroy()));

function status() {
  return {
    ...faults, ...settings, ...seen, connections: connections.size,
    sessions: [...sessions.values()].map(({ id, nextIn, nextOut, orders, connection }) => ({ id, next_in: nextIn, next_out: nextOut, open_orders: orders.size, connected: connection !== null })),
  };
}

const stepping = setInterval(() => book.step(), STEP_MS);
const ticking = setInterval(() => [...connections].forEach((connection) => connection.tick(Date.now())), TICK_MS);
endOnSignal(args, () => {
  clearInterval(stepping);
  clearInterval(ticking);
});

const setting = (name, parameter, least, most) => (query) => {
  const value = number(query, parameter, least, most);
  return change(name, query, () => (settings[name] = value), () => (settings[name] = 0));
};

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/silent': switchFault('silent'),
  'POST /admin/refuse': switchFault('refuse'),
  'POST /admin/refuse-orders': switchFault('refuse_orders'),
  'POST /admin/ignore-orders': switchFault('ignore_orders'),
  'POST /admin/keep-orders': switchFault('keep_orders'),
  'POST /admin/reset': reset,
  'POST /admin/reset-message': resetMessage,
  'POST /admin/skip': skip,
  'POST /admin/garble': garble,
  'POST /admin/clock': setting('clock_ms', 'ms', -86_400_000, 86_400_000),
  'POST /admin/lifetime': setting('lifetime_ms', 'ms', 0, 86_400_000),
  'POST /admin/status': setStatus,
  'POST /admin/drop': drop,
  'GET /admin/book': () => ({ ...book.snapshot(), sequence: book.sequence }),
  'GET /admin/status': status,
});
tellReady({ port, url: `tcp://${LOOPBACK}:${port}`, target: `${LOOPBACK}:${port}`, symbol: SYMBOL, admin_port: adminPort });
