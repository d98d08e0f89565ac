import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { ApiError, get } from '../../src/lib/api.ts';
import { blockerText, loadFailureBudget, loadFleet, loadProgress, newRunId, runOf, startRun } from '../../src/lib/service.ts';

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

let asked: Asked[] = [];
const signal = new AbortController().signal;

/** The service, which gives these answers one after the other. */
function answering(...answers: { status?: number; body: unknown }[]): void {
  Object.assign(globalThis, {
    document: { baseURI: 'https://ops.example.com/db/console/' },
    fetch: (url: string, init: RequestInit) => {
      asked.push({ url, init });
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new TypeError('fetch failed'));
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      return Promise.resolve(new Response(text, { status: answer.status ?? 200 }));
    },
  });
}

beforeEach(() => {
  asked = [];
  // node 18 has it as a module only.
  if (!('crypto' in globalThis)) Object.assign(globalThis, { crypto: webcrypto });
});

test('the API is found from where the page is', async () => {
  answering({ body: { page: [], states: {}, levels: [], next: null, tenants: 0, matching: 0 } });
  await loadFleet({ state: 'failed', level: '', search: 'a&b c', after: '' }, signal);
  assert.equal(asked[0]?.url, 'https://ops.example.com/db/v1/tenants?state=failed&search=a%26b+c&sort=attention&limit=50');
});

test('an error is in the words of the service', async () => {
  const cases: [number, unknown, RegExp][] = [
    [409, { error: 'the migration lock is held by ci' }, /^the migration lock is held by ci$/],
    [404, '404 page not found', /^404 page not found$/],
    [504, '<html>Gateway Time-out</html>', /did not answer in time/],
    [500, '', /HTTP 500/],
  ];
  for (const [status, body, message] of cases) {
    answering({ status, body });
    await assert.rejects(get('v1/x'), (error: ApiError) => error.status === status && message.test(error.message));
  }
  answering();
  await assert.rejects(get('v1/x'), (error: ApiError) => error.status === 0 && /cannot be reached/.test(error.message));
  answering({ body: '<html>Please sign in</html>' });
  await assert.rejects(get('v1/x'), /not JSON/);
});

test('a run is started with all that was chosen, and an ID that can be sent again', async () => {
  answering({ status: 202, body: { id: 'x', state: 'queued' } });
  await startRun({ name: 'v1', dryRun: false, reconcile: true, tenants: ['eu_*'], canary: '5', waves: ['10%', '100'], maxFailures: '1%' }, 'console-1');
  const { url, init } = asked[0] as Asked;
  assert.equal(url, 'https://ops.example.com/db/v1/migrations');
  assert.deepEqual(JSON.parse(init.body as string), {
    mode: 'apply',
    response: 'summary',
    versionName: 'v1',
    tenants: ['eu_*'],
    canary: 5,
    waves: ['10%', 100],
    reconcile: true,
    maxFailures: '1%',
  });
  const headers = init.headers as Record<string, string>;
  assert.equal(headers.Prefer, 'respond-async');
  assert.equal(headers['X-Request-ID'], 'console-1');
  assert.match(newRunId(), /^console-[0-9a-f]{24}$/);
  assert.notEqual(newRunId(), newRunId());
});

const running = { id: 'r', seq: 3, state: 'running', startedAt: '2026-11-29T12:00:00Z', progress: { tenants: 3, tenantsDone: 1 } } as const;

test('a run that says little is shown with what it says', () => {
  const run = runOf({ ...running, progress: {} });
  assert.deepEqual([run.name, run.tenants, run.failures, run.waves, run.endedAt], ['', 0, [], 0, null]);
});

test('the end of a run has its answer, of v1 and of v2', () => {
  const failed = runOf({ ...running, state: 'failed', answer: { error: '2 of 3 tenants failed', results: { versionId: 4, notes: ['n'] } } });
  assert.deepEqual([failed.error, failed.versionId, failed.notes], ['2 of 3 tenants failed', 4, ['n']]);
  const v2 = runOf({ ...running, state: 'done', answer: { data: { createVersion: { version: { id: 5 } } } } });
  assert.equal(v2.versionId, 5);
  assert.equal(runOf({ ...running, state: 'failed', answer: { errors: [{ message: 'no' }] } }).error, 'no');
});

test('progress asks for what happened since, and for the answer at the end', async () => {
  const before = runOf({ ...running });
  answering({ body: { ...running, seq: 9, progress: { tenants: 3, tenantsDone: 2 }, events: [] } });
  const now = await loadProgress(before, signal);
  assert.equal(asked[0]?.url, 'https://ops.example.com/db/v1/runs/r/events?since=3');
  assert.deepEqual([now.seq, now.tenantsDone], [9, 2]);
  const ended = { ...running, state: 'done', endedAt: '2026-11-29T12:01:00Z' };
  answering({ body: { ...ended, seq: 12 } }, { body: { ...ended, answer: { results: { versionId: 7 } } } });
  const end = await loadProgress(now, signal);
  assert.deepEqual([end.state, end.versionId, end.seq], ['done', 7, 12]);
});

test('whoever is waited for is named with what is known', () => {
  assert.equal(
    blockerText({ session: '812', user: 'app', address: '10.0.0.3', program: 'psql', seconds: 61, state: 'idle in transaction', statement: 'select ?' }),
    'session 812 (user app, 10.0.0.3, psql, for 61 s, idle in transaction): select ?',
  );
  assert.equal(blockerText({}), 'a session');
});

test('the failure budget is the configured one', async () => {
  for (const [yaml, budget] of [['port: 1\nmaxFailures: 5%\n', '5%'], ['maxFailures: "3"\n', '3'], ['port: 1\n', '0']]) {
    answering({ body: yaml });
    assert.equal(await loadFailureBudget(signal), budget);
  }
});
