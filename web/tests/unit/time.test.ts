import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolute, duration, relative, secondsBetween } from '../../src/lib/time.ts';

const now = new Date('2026-11-29T12:00:00Z').getTime();

test('times are absolute, in UTC', () => {
  assert.equal(absolute('2026-11-29T13:37:46.901487+02:00'), '2026-11-29 11:37:46 UTC');
  assert.equal(absolute('soon'), 'soon');
});

test('and relative', () => {
  assert.equal(relative('2026-11-29T11:59:58Z', now), 'just now');
  assert.equal(relative('2026-11-29T11:59:00Z', now), '1 minute ago');
  assert.equal(relative('2026-11-29T09:00:01Z', now), '2 hours ago');
  assert.equal(relative('2026-11-26T11:00:00Z', now), '3 days ago');
  assert.equal(relative('2026-11-29T12:02:00Z', now), 'in 2 minutes');
  assert.equal(relative('soon', now), '');
});

test('durations have the unit that suits them', () => {
  assert.equal(duration(0.85), '850 ms');
  assert.equal(duration(12.34), '12.3 s');
  assert.equal(duration(245), '4 min 05 s');
  assert.equal(duration(7_800), '2 h 10 min');
  assert.equal(duration(-1), '–');
  assert.equal(duration(secondsBetween('2026-11-29T12:00:00Z', '2026-11-29T12:01:30Z')), '1 min 30 s');
});
