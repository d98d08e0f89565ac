import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, count, fileName, folder, percent, shellQuoted } from '../../src/lib/text.ts';

test('counts have their noun in the right number', () => {
  assert.equal(count(1, 'tenant'), '1 tenant');
  assert.equal(count(0, 'tenant'), '0 tenants');
  assert.equal(count(12_345, 'tenant'), '12,345 tenants');
  assert.equal(count(2, 'entry', 'entries'), '2 entries');
});

test('percentages do not round to none or all', () => {
  assert.equal(percent(0, 0), '0%');
  assert.equal(percent(1, 100_000), '< 0.1%');
  assert.equal(percent(99_999, 100_000), '> 99.9%');
  assert.equal(percent(1, 3), '33%');
  assert.equal(percent(7, 200), '3.5%');
  assert.equal(percent(5, 5), '100%');
});

test('files are named by their last parts', () => {
  assert.equal(fileName('/srv/migrations/tenants/0001_a.sql'), '0001_a.sql');
  assert.equal(fileName('0001_a.sql'), '0001_a.sql');
  assert.equal(folder('/srv/migrations/tenants/0001_a.sql'), 'migrations/tenants');
});

test('arguments are quoted for a shell where they need it', () => {
  assert.equal(shellQuoted('eu-1,eu-2'), 'eu-1,eu-2');
  assert.equal(shellQuoted(''), "''");
  assert.equal(shellQuoted('eu-*'), "'eu-*'");
  assert.equal(shellQuoted("it's"), `'it'\\''s'`);
  assert.equal(commandLine(['migrator', 'apply', '--name', 'v 1']), "migrator apply --name 'v 1'");
});
