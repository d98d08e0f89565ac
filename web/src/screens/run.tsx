import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../lib/api.ts';
import type { FailureGroup, LongStatement, Run } from '../lib/model.ts';
import { isOver } from '../lib/model.ts';
import { useNow, usePolling } from '../lib/resource.ts';
import { link } from '../lib/route.ts';
import { cancelRun, loadProgress, loadRun, newRunId, retryRun } from '../lib/service.ts';
import { useSession } from '../lib/session.ts';
import { count, fileName, number } from '../lib/text.ts';
import { duration, secondsBetween } from '../lib/time.ts';
import { Bar, Card, Facts, Failure, Loading, Notice, Screen, Time } from '../parts/basics.tsx';
import { RunBadge } from './runs.tsx';

const pause = 2_000;

interface Watched {
  readonly run: Run | null;
  /** Of the last look; what was seen before it stays. */
  readonly error: ApiError | null;
  readonly look: () => void;
}

/** A run, as it is now: every browser asks the same service, so that all show the same. */
function useRun(id: string): Watched {
  const [run, setRun] = useState<Run | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const newest = useRef<Run | null>(null);
  const look = async (signal: AbortSignal) => {
    try {
      const before = newest.current;
      const now = before === null || before.seq === 0 ? await loadRun(id, signal) : await loadProgress(before, signal);
      if (signal.aborted) return;
      newest.current = now;
      setRun(now);
      setError(null);
    } catch (caught) {
      if (!signal.aborted) setError(caught instanceof ApiError ? caught : new ApiError(0, String(caught)));
    }
  };
  const isGone = error !== null && error.status >= 400 && error.status < 500;
  const active = run === null ? !isGone : !isOver(run.state);
  usePolling(look, pause, active, turn);
  return { run, error, look: () => setTurn(turn + 1) };
}

const phases: Readonly<Record<string, string>> = {
  loading: 'reading the files',
  planning: 'planning',
  waiting: 'waiting for the migration lock',
  applying: 'applying',
  recording: 'recording',
  committing: 'committing',
  done: 'done',
};

/** One sentence: is it going well? */
function sentence(run: Run): string {
  const failed = run.tenantsFailed > 0 ? `, ${number(run.tenantsFailed)} failed` : '';
  const of = run.tenants > 0 ? `${number(run.tenantsDone)} of ${count(run.tenants, 'tenant')} done${failed}` : '';
  switch (run.state) {
    case 'queued':
      return 'The run waits for its turn in this process.';
    case 'waiting':
      return `The run waits for the migration lock. ${run.about}`;
    case 'running':
      return `${of === '' ? 'The run is working' : of}: ${phases[run.phase] ?? run.phase}.`;
    case 'cancelling':
      return `The run is being canceled: tenants that are in work finish first. ${of}`;
    case 'done':
      return run.dryRun
        ? `The dry run ended well and was rolled back${of === '' ? '' : `: ${of}`}.`
        : run.tenants === 0 && run.versionId === 0
          ? 'The run has ended.'
          : `The run ended well: ${of === '' ? 'all files are applied' : of}.`;
    case 'failed':
      return run.tenantsFailed > 0
        ? `${count(run.tenantsFailed, 'tenant')} failed and ${run.tenantsFailed === 1 ? 'was' : 'were'} rolled back. ${number(run.tenantsDone)} of ${number(run.tenants)} are done and stay.`
        : 'The run failed.';
    case 'cancelled':
      return `The run was canceled. ${of === '' ? '' : `${of}; what is done stays.`}`;
  }
}

/** What a screen reader says while the run works: not each number, or it would never be silent. */
function spoken(run: Run): string {
  const failed = run.tenantsFailed > 0 ? `, ${count(run.tenantsFailed, 'tenant')} failed` : '';
  const waiting = run.longStatements.some((each) => each.waitsFor !== '') ? ', a statement waits for another session' : '';
  return `The run is ${run.state}${failed}${waiting}.`;
}

function noticeTone(run: Run): 'good' | 'warn' | 'bad' | 'info' {
  if (run.state === 'failed' || run.tenantsFailed > 0) return 'bad';
  if (run.state === 'done') return 'good';
  return run.state === 'cancelling' || run.state === 'cancelled' ? 'warn' : 'info';
}

function Meter(props: { name: string; done: number; failed?: number; all: number }): JSX.Element {
  const { name, done, failed = 0, all } = props;
  const share = (value: number) => (all === 0 ? 0 : value / all);
  return (
    <div class="gauge">
      <span>{name}</span>
      <span class="muted">{number(done)} of {number(all)}{failed > 0 && `, ${number(failed)} failed`}</span>
      <Bar parts={[{ share: share(done), tone: 'good' }, { share: share(failed), tone: 'bad' }]} />
    </div>
  );
}

/** The step that works; those before it have ended. */
function WaveMeter(props: { run: Run }): JSX.Element | null {
  const { run } = props;
  if (run.waves < 2 || run.wave === 0) return null;
  const all = run.waveEnd - run.waveBegin;
  const ended = Math.max(0, run.tenantsDone + run.tenantsFailed - run.waveBegin);
  return <Meter name={`Wave ${run.wave} of ${run.waves}`} done={Math.min(all, ended)} all={all} />;
}

function Progress(props: { run: Run }): JSX.Element {
  const { run } = props;
  const now = useNow(1_000);
  const seconds = run.endedAt === null ? (now - new Date(run.startedAt).getTime()) / 1000 : secondsBetween(run.startedAt, run.endedAt);
  return (
    <Card title="Progress">
      {run.tenants > 0 && <Meter name="Tenants" done={run.tenantsDone} failed={run.tenantsFailed} all={run.tenants} />}
      {run.executions > 0 && <Meter name="Executions" done={run.executionsDone} all={run.executions} />}
      <WaveMeter run={run} />
      <Facts
        of={[
          ['Phase', phases[run.phase] ?? (run.phase === '' ? '–' : run.phase)],
          ['File', run.file === '' ? '–' : <code title={run.file}>{fileName(run.file)}</code>],
          [run.endedAt === null ? 'Running for' : 'Took', duration(seconds)],
        ]}
      />
    </Card>
  );
}

function Statement(props: { of: LongStatement }): JSX.Element {
  const { of: each } = props;
  return (
    <Notice tone={each.waitsFor === '' ? 'info' : 'warn'}>
      <p>
        <strong>{each.schema === '' ? 'A statement' : <a href={link(['tenants', each.schema])}>{each.schema}</a>}</strong>
        {each.file !== '' && <>: <code title={each.file}>{fileName(each.file)}</code>{each.line > 0 && `, line ${each.line}`}</>}, since <Time at={each.since} />
      </p>
      {each.statement !== '' && <pre class="clip">{each.statement}</pre>}
      {each.waitsFor === '' ? (
        <p>It waits for nobody: the server is working on it.</p>
      ) : (
        <>
          <p>It waits for {each.waitsFor}{each.blockers.length > 0 && ', held by'}</p>
          {each.blockers.length > 0 && <ul>{each.blockers.map((blocker) => <li key={blocker}>{blocker}</li>)}</ul>}
        </>
      )}
    </Notice>
  );
}

function Statements(props: { run: Run }): JSX.Element {
  const { longStatements } = props.run;
  return (
    <Card title="Statements that run for long" aside={count(longStatements.length, 'statement')}>
      {longStatements.length === 0 && <p class="muted">None.</p>}
      {longStatements.map((each) => <Statement key={`${each.schema} ${each.file} ${each.line}`} of={each} />)}
    </Card>
  );
}

function Group(props: { group: FailureGroup; open: boolean }): JSX.Element {
  const { group } = props;
  const shown = group.tenants.slice(0, 30);
  // The file stands before it already.
  const [first, ...rest] = group.message.replace(/^SQL \w+ \S+ failed with error: /, '').split('\n');
  return (
    <li>
      <details open={props.open}>
        <summary>
          <strong>{count(group.count, 'tenant')}</strong>
          {group.file !== '' && <>: <code title={group.file}>{fileName(group.file)}</code></>} {first}
        </summary>
        <div>
          {rest.length > 0 && <pre class="clip">{rest.join('\n')}</pre>}
          <p class="muted small">
            {group.sqlstate !== '' && <>SQLSTATE <code>{group.sqlstate}</code>. </>}
            The whole statement is on the page of each tenant.
          </p>
          <p>
            {shown.map((tenant, index) => <span key={tenant}>{index > 0 && ', '}<a href={link(['tenants', tenant])}>{tenant}</a></span>)}
            {group.count > shown.length && <span class="muted"> and {number(group.count - shown.length)} more</span>}
          </p>
        </div>
      </details>
    </li>
  );
}

function Failures(props: { run: Run }): JSX.Element {
  const { failures, failuresLeftOut } = props.run;
  if (failures.length === 0) {
    return <Card title="Failures" aside="no tenant"><p class="muted">No tenant has failed.</p></Card>;
  }
  return (
    <Card title="Failures" flush aside={`${count(failures.length + failuresLeftOut, 'error')}, ${count(props.run.tenantsFailed, 'tenant')}`}>
      <ul class="files plain">
        {failures.map((group) => <Group key={group.message + group.file} group={group} open={failures.length <= 2} />)}
      </ul>
      {failuresLeftOut > 0 && <p class="muted">{number(failuresLeftOut)} further errors are not shown.</p>}
    </Card>
  );
}

/** Runs `work` once at a time; what it throws is shown. */
function useAction(work: () => Promise<void>): { act: () => void; isBusy: boolean; error: ApiError | null } {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const act = () => {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    work()
      .catch((caught: unknown) => setError(caught instanceof ApiError ? caught : new ApiError(0, String(caught))))
      .finally(() => setBusy(false));
  };
  return { act, isBusy, error };
}

function Cancel(props: { run: Run; look: () => void }): JSX.Element | null {
  const { run, look } = props;
  const { me } = useSession();
  const [isAsking, setAsking] = useState(false);
  const cancel = useAction(async () => {
    await cancelRun(run.id);
    setAsking(false);
    look();
  });
  if (isOver(run.state) || run.state === 'cancelling' || !me.may.apply) return null;
  return (
    <>
      {isAsking ? (
        <span class="row" role="group" aria-label="Cancel the run">
          <span>Cancel it? What is committed stays.</span>
          <button type="button" class="danger" disabled={cancel.isBusy} onClick={cancel.act}>Yes, cancel</button>
          <button type="button" onClick={() => setAsking(false)}>No</button>
        </span>
      ) : (
        <button type="button" class="danger" onClick={() => setAsking(true)}>Cancel…</button>
      )}
      {cancel.error !== null && <Failure error={cancel.error} what="the cancellation" />}
    </>
  );
}

/** The tenants that failed again, under the same name. */
function Retry(props: { run: Run }): JSX.Element | null {
  const { run } = props;
  const { me } = useSession();
  const newId = useRef(newRunId());
  const retry = useAction(async () => {
    await retryRun(run.id, newId.current);
    window.location.hash = link(['runs', newId.current]);
  });
  if (!isOver(run.state) || run.tenantsFailed === 0 || run.dryRun) return null;
  return (
    <Card title="What to do">
      <p>Fix the cause first, in the data of these tenants or in the file. The retry runs the pending files of the tenants that failed, and of no others.</p>
      {me.may.apply ? (
        <p><button type="button" class="main" disabled={retry.isBusy} onClick={retry.act}>Retry {count(run.tenantsFailed, 'failed tenant')}</button></p>
      ) : (
        <p>A retry needs the role <code>apply</code>.</p>
      )}
      {retry.error !== null && <Failure error={retry.error} what="the retry" />}
    </Card>
  );
}

function About(props: { run: Run }): JSX.Element {
  const { run } = props;
  const { tenants, canary, waves } = run.selection;
  return (
    <Card title="About">
      <Facts
        of={[
          ['Asked by', run.askedBy === '' ? 'not known' : run.askedBy],
          ['Started', <Time at={run.startedAt} />],
          ['Ended', run.endedAt === null ? '–' : <Time at={run.endedAt} />],
          ['Tenants chosen', tenants.length === 0 ? 'all' : tenants.slice(0, 20).join(', ')],
          ...(canary === '' ? [] : [['Canary', canary] as const]),
          ...(waves.length === 0 ? [] : [['Waves', waves.join(', ')] as const]),
          ['Version', run.versionId === 0 ? 'none recorded' : <a href={link(['versions', String(run.versionId)])}>{run.versionId}</a>],
          ['Run', <code>{run.id}</code>],
        ]}
      />
    </Card>
  );
}

function Body(props: { run: Run }): JSX.Element {
  const { run } = props;
  return (
    <>
      <p class="visually-hidden" role="status">{isOver(run.state) ? sentence(run) : spoken(run)}</p>
      <Notice tone={noticeTone(run)}>
        <p><RunBadge state={run.state} dryRun={run.dryRun} /> {sentence(run)}</p>
        {run.error !== '' && run.failures.length === 0 && <pre class="clip">{run.error}</pre>}
        {run.notes.map((note) => <p key={note}>{note}</p>)}
      </Notice>
      {isOver(run.state) ? (
        <>
          {run.tenantsFailed > 0 && <Failures run={run} />}
          <Retry run={run} />
          <div class="columns">
            <Progress run={run} />
            <About run={run} />
          </div>
        </>
      ) : (
        <>
          <div class="columns">
            <Progress run={run} />
            <Statements run={run} />
          </div>
          <Failures run={run} />
          <About run={run} />
        </>
      )}
    </>
  );
}

export function RunScreen(props: { id: string }): JSX.Element {
  const { run, error, look } = useRun(props.id);
  const name = run === null || run.name === '' ? props.id : run.name;
  return (
    <Screen
      title={`Run ${name}`}
      about={<><a href="#/runs">Runs</a> / {name}</>}
      actions={run !== null && <Cancel run={run} look={look} />}
    >
      {error !== null && <Failure error={error} what="the run" retry={look} />}
      {run === null ? error === null && <Loading what="the run" /> : <Body run={run} />}
    </Screen>
  );
}
