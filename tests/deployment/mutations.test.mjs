// The patches that remove a promise's mechanism fit the code of today, so that `scripts/mutations` can show what they kill.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATCHES = join(ROOT, 'tests/mutations');
const names = readdirSync(PATCHES).filter((name) => name.endsWith('.patch'));

test('every mutation says what it removes and which test it fails', () => {
  for (const name of names) {
    const [header] = readFileSync(join(PATCHES, name), 'utf8').split('\ndiff --git ');
    for (const field of ['Promise', 'Removes', 'Test']) assert.match(header, new RegExp(`^${field}: \\S`, 'm'), `${name}: ${field}`);
  }
});

test('every mutation applies to the code as it is', () => {
  assert.ok(names.length > 0);
  const refused = names.filter((name) => {
    const { status } = spawnSync('git', ['apply', '--check', join(PATCHES, name)], { cwd: ROOT, stdio: 'pipe' });
    return status !== 0;
  });
  assert.deepEqual(refused, [], 'make these again from the code that they change');
});

test('a patch that does not fit is found', () => {
  const misfit = readFileSync(join(PATCHES, names[0]), 'utf8').replaceAll(/^-(?!--)/gm, '-no such line ');
  assert.throws(() => execFileSync('git', ['apply', '--check'], { cwd: ROOT, input: misfit, stdio: 'pipe' }));
});

test('the table of what was killed names every mutation, and no other', () => {
  const table = readFileSync(join(ROOT, 'docs/RELIABILITY.md'), 'utf8');
  const told = [...table.matchAll(/^\|.*\(`([a-z0-9-]+)`\) \| `/gm)].map(([, name]) => `${name}.patch`);
  assert.deepEqual(told.sort(), names.sort());
});
