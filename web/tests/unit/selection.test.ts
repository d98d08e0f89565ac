import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyCommand, isShare, namesIn, waveProblem } from '../../src/lib/selection.ts';

test('names are read as people write them', () => {
  assert.deepEqual(namesIn(' acme, eu_*\nsouth;west '), ['acme', 'eu_*', 'south', 'west']);
  assert.deepEqual(namesIn('  \n'), []);
});

test('shares are numbers and percentages', () => {
  for (const good of ['1', '25', '10%', '100%']) assert.equal(isShare(good), true, good);
  for (const bad of ['', '0', '0%', '101%', '-1', '1.5', 'ten', '5 %']) assert.equal(isShare(bad), false, bad);
});

test('waves grow', () => {
  assert.equal(waveProblem([]), '');
  assert.equal(waveProblem(['5', '10%', '50%', '100%']), '');
  assert.match(waveProblem(['50%', '10%']), /cumulative/);
  assert.match(waveProblem(['10', '10']), /cumulative/);
  assert.match(waveProblem(['half']), /"half"/);
});

test('the command says all that was chosen', () => {
  const nothing = { name: 'v1', dryRun: false, reconcile: false, tenants: [], canary: '', waves: [], maxFailures: '' };
  assert.equal(applyCommand(nothing), 'migrator apply --name v1');
  assert.equal(
    applyCommand({ name: 'v 1', dryRun: true, reconcile: true, tenants: ['a', 'eu_*'], canary: '5', waves: ['10%', '100%'], maxFailures: '3' }),
    "migrator apply --name 'v 1' --dry-run --reconcile --tenant a --tenant 'eu_*' --canary 5 --waves 10%,100% --set maxFailures=3",
  );
});
