import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { test } from 'node:test';
import { command, start } from '../process.mjs';

const LIMIT = { timeout: 180_000 };

function makeCertificate(folder, name) {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', `/CN=${name}`]);
  if (made.status === 0) writeFileSync(join(folder, `${name}.pem`), readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  return made.status === 0;
}

/** The subject of the certificate that a new handshake is given. */
function presented(port) {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    }).once('error', reject);
  });
}

test('A swapped certificate is the one that the next handshake is given', LIMIT, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'nines-lab-'));
  t.after(() => rmSync(folder, { recursive: true }));
  if (!makeCertificate(folder, 'good') || !makeCertificate(folder, 'other')) return t.skip('there is no openssl to make certificates with');
  const target = await start('tlstarget', '--certificates', folder, '--use', 'good');
  t.after(() => target.stop());
  assert.equal(await presented(target.ready.port), 'good');
  const told = await command(target, '/admin/certificate?use=other');
  assert.ok(told.before_ms <= told.at_ms);
  assert.equal(await presented(target.ready.port), 'other');
  await assert.rejects(command(target, '/admin/certificate?use=..%2Fgood'), /must be a name/);
  await assert.rejects(command(target, '/admin/certificate?use=none'), /ENOENT/);
  assert.equal(await presented(target.ready.port), 'other');
});

/** One question over TCP, in the spelling given: the answer's bytes. */
function askTcp(port, name) {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const message = Buffer.concat([Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([Buffer.from([0, message.length]), message])));
    socket.once('error', reject).once('data', (data) => {
      resolve(data.subarray(2));
      socket.destroy();
    });
  });
}

test('The answer is as it was last set, over UDP and TCP', LIMIT, async (t) => {
  const server = await start('dns', '--name', 'app.example', '--address', '192.0.2.10');
  t.after(() => server.stop());
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${server.ready.port}`]);
  assert.deepEqual(await resolver.resolve4('app.example'), ['192.0.2.10']);
  await command(server, '/admin/answer?address=203.0.113.66');
  assert.deepEqual(await resolver.resolve4('APP.example'), ['203.0.113.66']);
  const answer = await askTcp(server.ready.port, 'aPP.exaMPle');
  assert.deepEqual([...answer.subarray(-4)], [203, 0, 113, 66]);
  assert.equal(answer.toString('latin1', 13, 16), 'aPP');
  await assert.rejects(resolver.resolve4('other.example'), { code: 'ENOTFOUND' });
  await assert.rejects(resolver.resolve6('app.example'), { code: 'ENODATA' });
  await assert.rejects(command(server, '/admin/answer?address=1.2.3.400'), /IPv4/);
});

test('What is no question is not answered, and does no harm', LIMIT, async (t) => {
  const server = await start('dns', '--name', 'app.example', '--address', '192.0.2.10');
  t.after(() => server.stop());
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  let answered = false;
  socket.on('message', () => (answered = true));
  for (const junk of [[1], Array(12).fill(0xff), [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 1]]) {
    await new Promise((resolve) => socket.send(Buffer.from(junk), server.ready.port, '127.0.0.1', resolve));
  }
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${server.ready.port}`]);
  assert.deepEqual(await resolver.resolve4('app.example'), ['192.0.2.10']);
  assert.equal(answered, false);
});
