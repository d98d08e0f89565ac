import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenLines, tokens } from '../../src/lib/sql.ts';

const shown = (sql: string) => tokens(sql).map((token) => `${token.kind}:${token.text}`);

test('SQL is cut into what is shown differently', () => {
  assert.deepEqual(shown('create table {schema}.t (a int); -- first'), [
    'keyword:create',
    'plain: ',
    'keyword:table',
    'plain: ',
    'placeholder:{schema}',
    'plain:.t (a int); ',
    'comment:-- first',
  ]);
  assert.deepEqual(shown("'it''s' 42"), ["string:'it''s'", 'plain: ', 'number:42']);
});

test('quotes, comments and bodies that do not end reach the end', () => {
  for (const sql of ["select 'open", '/* open', 'do $body$ begin', "e'a\\'b' x"]) {
    assert.equal(tokens(sql).map((token) => token.text).join(''), sql);
  }
  assert.deepEqual(shown('$f$ select 1 $f$'), ['string:$f$ select 1 $f$']);
});

test('whatever it is, nothing is lost', () => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const alphabet = "ab1 '$-/*\\\n\"{schema}é;E";
  for (let round = 0; round < 500; round++) {
    const text = Array.from({ length: 40 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
    assert.equal(tokens(text).map((token) => token.text).join(''), text);
  }
});

test('lines keep their tokens', () => {
  const lines = tokenLines('select 1;\r\n/* a\nb */\n');
  assert.deepEqual(lines.map((line) => line.map((token) => token.text).join('')), ['select 1;', '/* a', 'b */']);
  assert.equal(lines[2]?.[0]?.kind, 'comment');
});
