// A TLS server whose certificate can be swapped while it runs, as a renewal (or a careless deployment) does.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import {
  BadCommand, LOOPBACK, endOnSignal, exitCalledWrong, integerArgument, listen, readArguments, requiredArgument, sendJson, startAdmin, tell,
  tellReady, wallClock,
} from './service.mjs';

const usage = `usage: node lab/tlstarget.mjs --certificates FOLDER --use NAME [--port N] [--admin-port N] [--end-with-stdin]
  FOLDER/NAME.pem   a certificate and its private key, PEM
  GET /             200
  POST /admin/certificate?use=NAME   handshakes that begin from now on are given this one
  GET  /admin/status`;
const args = readArguments(usage, { certificates: { type: 'string' }, use: { type: 'string' } });
const folder = requiredArgument(args, 'certificates', usage);
let used = requiredArgument(args, 'use', usage);

/** What createServer and setSecureContext take; throws BadCommand when there is no such file. */
function certificate(name) {
  if (!/^[a-z0-9-]{1,40}$/.test(name ?? '')) throw new BadCommand(`use=${name}: it must be a name of a-z, 0-9 and -`);
  try {
    const pem = readFileSync(join(folder, `${name}.pem`));
    return { cert: pem, key: pem };
  } catch (error) {
    throw new BadCommand(`use=${name}: ${error.message}`);
  }
}

function swap(query) {
  const next = certificate(query.get('use'));
  const before_ms = wallClock();
  server.setSecureContext(next);
  used = query.get('use');
  const told = { event: 'certificate', use: used, before_ms, at_ms: wallClock() };
  tell(told);
  return told;
}

let first;
try {
  first = certificate(used);
} catch (error) {
  exitCalledWrong(error.message, usage);
}
const server = createServer(first, (request, response) => {
  request.resume();
  sendJson(response, 200, { status: 'ok' });
});
server.on('tlsClientError', () => {}); // a client that refuses the certificate hangs up: that is what it is for
server.maxConnections = 1_024;
endOnSignal(args);

const port = await listen(server, integerArgument(args, 'port', 0, 65_535, usage));
const adminPort = await startAdmin(integerArgument(args, 'admin-port', 0, 65_535, usage), {
  'POST /admin/certificate': swap,
  'GET /admin/status': () => ({ use: used }),
});
tellReady({ port, url: `https://${LOOPBACK}:${port}`, admin_port: adminPort });
