// A zone's own name server for one name: answers over UDP and TCP at one port with an address that can be changed.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import {
  BadCommand, LOOPBACK, endOnSignal, exitCalledWrong, integerArgument, listen, readArguments, requiredArgument, startAdmin, tell, tellReady,
  wallClock,
} from './service.mjs';

const HEADER = 12; // bytes (RFC 1035 section 4.1.1)
const A = 1, IN = 1;
const NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5;
const TTL_S = 1;
const MOST_TCP = 256;
const IDLE_MS = 10_000;
const TRIES = 20;

const usage = `usage: node lab/dns.mjs --name NAME --address A [--port N] [--admin-port N] [--end-with-stdin]
  answers A questions for NAME with A, with authority; other names do not exist
  POST /admin/answer?address=A   the answer from now on
  GET  /admin/status`;
const args = readArguments(usage, { name: { type: 'string' }, address: { type: 'string' } });
const name = requiredArgument(args, 'name', usage).toLowerCase();
const fixedPort = integerArgument(args, 'port', 0, 65_535, usage);

function readAddress(text) {
  const bytes = /^\d{1,3}(\.\d{1,3}){3}$/.test(text ?? '') ? text.split('.').map(Number) : [];
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) throw new BadCommand(`address=${text}: it must be an IPv4 address`);
  return bytes;
}

let address = requiredArgument(args, 'address', usage);
let bytes;
try {
  bytes = readAddress(address);
} catch (error) {
  exitCalledWrong(error.message, usage);
}

/** The question's name, type and end in the message, or null when it cannot be read. */
function question(message) {
  const labels = [];
  let at = HEADER;
  while (at < message.length && message[at] !== 0) {
    const length = message[at];
    if (length > 63 || at + 1 + length > message.length) return null; // a question has no use for compression
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > message.length) return null;
  return { asked: labels.join('.'), type: message.readUInt16BE(at + 1), kind: message.readUInt16BE(at + 3), end: at + 5 };
}

/** The answer to a message (RFC 1035 section 4.1), or null for what is no question. */
function answer(message) {
  if (message.length < HEADER || (message[2] & 0x80) !== 0 || message.readUInt16BE(4) !== 1) return null;
  const read = question(message);
  if (read === null) return null;
  const isOurs = read.asked.toLowerCase() === name && read.kind === IN;
  const code = (message[2] & 0x78) !== 0 ? NOTIMP : isOurs ? 0 : read.kind === IN ? NXDOMAIN : REFUSED;
  const holds = isOurs && code === 0 && read.type === A;
  const head = Buffer.alloc(HEADER);
  message.copy(head, 0, 0, 2); // its number
  head[2] = 0x84 | (message[2] & 0x79); // an answer, with authority; opcode and "recursion desired" as they came
  head[3] = code;
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(holds ? 1 : 0, 6);
  const parts = [head, message.subarray(HEADER, read.end)]; // the spelling of the question as it came
  if (holds) {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc000 | HEADER, 0); // the name: as in the question
    record.writeUInt16BE(A, 2);
    record.writeUInt16BE(IN, 4);
    record.writeUInt32BE(TTL_S, 6);
    record.writeUInt16BE(4, 10);
    record.set(bytes, 12);
    parts.push(record);
  }
  return Buffer.concat(parts);
}

function serveTcp(socket) {
  let pending = Buffer.alloc(0);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => {}); // a reset is a normal end here
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      const reply = answer(pending.subarray(2, 2 + length));
      pending = pending.subarray(2 + length);
      if (reply === null) return socket.destroy();
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([prefix, reply]));
    }
  });
}

function bind(port) {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, LOOPBACK, () => {
      socket.removeAllListeners('error').on('error', () => {});
      socket.on('message', (message, from) => {
        const reply = answer(message);
        if (reply !== null) socket.send(reply, from.port, from.address);
      });
      resolve();
    });
  });
}

/** One port for both: a free one of TCP may be taken for UDP, then another one is tried. */
async function listenBoth() {
  for (let i = 1; ; i++) {
    const server = createServer(serveTcp);
    server.maxConnections = MOST_TCP;
    const port = await listen(server, fixedPort);
    try {
      await bind(port);
      return port;
    } catch (error) {
      server.close();
      if (error.code !== 'EADDRINUSE' || fixedPort !== 0 || i === TRIES) throw error;
    }
  }
}

function change(query) {
  const next = readAddress(query.get('address'));
  const before_ms = wallClock();
  [bytes, address] = [next, query.get('address')];
  const told = { event: 'answer', address, before_ms, at_ms: wallClock() };
  tell(told);
  return told;
}

endOnSignal(args);
const port = await listenBoth();
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/answer': change,
  'GET /admin/status': () => ({ name, address }),
});
tellReady({ port, url: `dns://${LOOPBACK}:${port}/${name}`, admin_port: adminPort });
