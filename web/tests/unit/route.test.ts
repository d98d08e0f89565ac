import assert from 'node:assert/strict';
import { test } from 'node:test';
import { link, parseRoute } from '../../src/lib/route.ts';

test('a link leads to where it was made for', () => {
  const made = link(['tenants', 'a/b ü%'], { state: 'failed', after: '', search: 'x&y=z' });
  const route = parseRoute(made);
  assert.deepEqual(route.path, ['tenants', 'a/b ü%']);
  assert.deepEqual(Object.fromEntries(route.query), { state: 'failed', search: 'x&y=z' });
});

test('addresses that somebody has typed', () => {
  assert.deepEqual(parseRoute('').path, []);
  assert.deepEqual(parseRoute('#').path, []);
  assert.deepEqual(parseRoute('#/fleet/').path, ['fleet']);
  assert.deepEqual(parseRoute('#/tenants/%zz').path, ['tenants', '%zz']);
});
