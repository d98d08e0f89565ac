import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../../src/lib/diff.ts';

const shown = (before: string, after: string) =>
  diff(before, after).map((line) => `${{ same: ' ', removed: '-', added: '+' }[line.kind]}${line.text}`);

test('a changed line is removed and added', () => {
  assert.deepEqual(shown('a\nb\nc\n', 'a\nB\nc\n'), [' a', '-b', '+B', ' c']);
});

test('lines are numbered on both sides', () => {
  assert.deepEqual(
    diff('a\nb\n', 'x\na\nb\n').map((line) => [line.kind, line.before, line.after]),
    [['added', null, 1], ['same', 1, 2], ['same', 2, 3]],
  );
});

test('empty texts, equal texts, no common line', () => {
  assert.deepEqual(shown('', ''), []);
  assert.deepEqual(shown('a\n', 'a\n'), [' a']);
  assert.deepEqual(shown('a\n', ''), ['-a']);
  assert.deepEqual(shown('', 'a\n'), ['+a']);
  assert.deepEqual(shown('a\na\n', 'a\n'), [' a', '-a']);
});

test('both sides can be read back', () => {
  let seed = 11;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const text = () => Array.from({ length: Math.floor(random() * 12) }, () => `${'abc'[Math.floor(random() * 3)]}\n`).join('');
  for (let round = 0; round < 300; round++) {
    const [before, after] = [text(), text()];
    const lines = diff(before, after);
    const side = (other: string) => lines.filter((line) => line.kind !== other).map((line) => `${line.text}\n`).join('');
    assert.equal(side('added'), before);
    assert.equal(side('removed'), after);
  }
});
