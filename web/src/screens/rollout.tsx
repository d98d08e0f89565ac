import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../lib/api.ts';
import type { Selection } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { type Route, link, signInLink } from '../lib/route.ts';
import { applyCommand, isShare, namesIn, waveProblem } from '../lib/selection.ts';
import { type Preview as PreviewOf, loadFailureBudget, loadPreview, newRunId, startRun } from '../lib/service.ts';
import { useSession } from '../lib/session.ts';
import { count, number } from '../lib/text.ts';
import { Card, Copy, Failure, Loading, Notice, Screen, Table } from '../parts/basics.tsx';

interface Form {
  readonly name: string;
  readonly dryRun: boolean;
  readonly reconcile: boolean;
  readonly tenants: string;
  readonly canary: string;
  readonly waves: string;
  readonly maxFailures: string;
}

function selectionOf(form: Form): Selection {
  return {
    ...form,
    name: form.name.trim(),
    tenants: namesIn(form.tenants),
    canary: form.canary.trim(),
    waves: namesIn(form.waves),
    maxFailures: form.maxFailures.trim(),
  };
}

interface Problems {
  readonly name: string;
  readonly canary: string;
  readonly waves: string;
  readonly maxFailures: string;
}

function problemsOf(selection: Selection): Problems {
  const share = 'A number of tenants, or a percentage such as 5%.';
  return {
    name: selection.name === '' ? 'The version needs a name.' : '',
    canary: selection.canary === '' || isShare(selection.canary) ? '' : share,
    waves: waveProblem(selection.waves),
    maxFailures: /^(|0|0%)$/.test(selection.maxFailures) || isShare(selection.maxFailures) ? '' : share,
  };
}

function Field(props: {
  id: string;
  label: string;
  hint: string;
  value: string;
  wrong?: string;
  onInput: (value: string) => void;
}): JSX.Element {
  const { id, wrong = '' } = props;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={`${id}-hint ${id}-wrong`}
        aria-invalid={wrong !== ''}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <span class="hint" id={`${id}-hint`}>{props.hint}</span>
      <span class="wrong" id={`${id}-wrong`}>{wrong}</span>
    </div>
  );
}

function What(props: { form: Form; wrong: Problems; change: (form: Partial<Form>) => void; mayApply: boolean }): JSX.Element {
  const { form, wrong, change, mayApply } = props;
  return (
    <div class="stack">
      <Field id="name" label="Name of the version" hint="Shown in the history, such as v1.2.0." value={form.name} wrong={form.name === '' ? '' : wrong.name} onInput={(name) => change({ name })} />
      <fieldset>
        <legend>What happens</legend>
        <div class="choice">
          <input type="radio" id="dry" name="what" checked={form.dryRun} onChange={() => change({ dryRun: true })} />
          <label for="dry"><strong>Dry run</strong>: run all pending files and roll everything back. Takes the same locks.</label>
        </div>
        <div class="choice">
          <input type="radio" id="apply" name="what" checked={!form.dryRun} disabled={!mayApply} onChange={() => change({ dryRun: false })} />
          <label for="apply"><strong>Apply</strong>: run all pending files and record them.</label>
        </div>
      </fieldset>
      <div class="choice">
        <input type="checkbox" id="reconcile" checked={form.reconcile} onChange={(event) => change({ reconcile: event.currentTarget.checked })} />
        <label for="reconcile">Reconcile: apply every missing file to every tenant, also to tenants that lag behind</label>
      </div>
    </div>
  );
}

function ForWhom(props: { form: Form; wrong: Problems; change: (form: Partial<Form>) => void }): JSX.Element {
  const { form, wrong, change } = props;
  const budget = useResource(loadFailureBudget, []);
  return (
    <div class="stack">
      <Field id="tenants" label="Tenants" hint="Names and patterns, such as acme eu_*. Empty: all tenants." value={form.tenants} onInput={(tenants) => change({ tenants })} />
      <Field id="canary" label="Canary" hint="This many tenants first; without waves, only these. A number, or 5%." value={form.canary} wrong={wrong.canary} onInput={(canary) => change({ canary })} />
      <Field id="waves" label="Waves" hint="Cumulative, such as 10% 50% 100%. A wave begins when the one before has ended." value={form.waves} wrong={wrong.waves} onInput={(waves) => change({ waves })} />
      <Field
        id="failures"
        label="Failure budget"
        hint={`Tenants that may fail before the run stops, such as 3 or 1%. Empty: ${budget.data ?? '…'}, as configured (maxFailures).`}
        value={form.maxFailures}
        wrong={wrong.maxFailures}
        onInput={(maxFailures) => change({ maxFailures })}
      />
    </div>
  );
}

function Waves(props: { preview: PreviewOf }): JSX.Element {
  const { waves, setAside, notes, working, selected } = props.preview;
  return (
    <>
      {working === 0 ? (
        <Notice tone="info"><p>None of these tenants has files to run. Files of single schemas and scripts still run.</p></Notice>
      ) : (
        <>
          <p>{number(working)} of {count(selected, 'chosen tenant')} {working === 1 ? 'has' : 'have'} files to run.</p>
          <Table caption="Who is in which step" columns={['Step', { name: 'Tenants', number: true }, 'The first of them']}>
            {waves.map((wave) => (
              <tr key={wave.name}>
                <th scope="row">{wave.name}</th>
                <td class="number" data-name="Tenants">{number(wave.tenants)}</td>
                <td data-name="The first of them">
                  {wave.some.slice(0, 8).join(', ')}
                  {wave.tenants > 8 && <span class="muted"> and {number(wave.tenants - 8)} more</span>}
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
      {(setAside.length > 0 || notes.length > 0) && (
        <Notice tone="warn">
          {notes.map((note) => <p key={note}>{note}</p>)}
          {setAside.length > 0 && (
            <ul>{setAside.slice(0, 20).map((each) => <li key={each.tenant}><strong>{each.tenant}</strong>: {each.message}</li>)}</ul>
          )}
        </Notice>
      )}
    </>
  );
}

function Preview(props: { selection: Selection; isWrong: boolean }): JSX.Element {
  const { selection, isWrong } = props;
  const key = JSON.stringify([selection.tenants, selection.canary, selection.waves, selection.reconcile]);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(key), 300);
    return () => window.clearTimeout(timer);
  }, [key]);
  const preview = useResource((signal) => (isWrong ? Promise.resolve(null) : loadPreview(selection, signal)), [settled, isWrong]);
  if (isWrong) return <p class="muted">Correct the fields above first.</p>;
  if (preview.error !== null) return <Failure error={preview.error} what="who is in which step" />;
  return (
    <div aria-live="polite" aria-busy={preview.loading} class={preview.loading && preview.data !== null ? 'stack stale' : 'stack'}>
      {preview.data === null ? <Loading what="the preview" /> : <Waves preview={preview.data} />}
    </div>
  );
}

/** The same request again has the same ID, so that nothing is started twice when an answer was lost. */
function useStart(selection: Selection): { start: () => Promise<void>; isBusy: boolean; error: ApiError | null } {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const id = useRef({ text: '', of: '' });
  const start = async () => {
    const wanted = JSON.stringify(selection);
    if (id.current.of !== wanted) id.current = { text: newRunId(), of: wanted };
    setBusy(true);
    setError(null);
    try {
      await startRun(selection, id.current.text);
      window.location.hash = link(['runs', id.current.text]);
    } catch (caught) {
      const known = caught instanceof ApiError ? caught : new ApiError(0, String(caught));
      // Refused for good: another try is another request.
      if (known.status >= 400 && known.status < 500) id.current = { text: '', of: '' };
      setError(known);
      setBusy(false);
    }
  };
  return { start, isBusy, error };
}

function Confirm(props: { selection: Selection; isWrong: boolean }): JSX.Element {
  const { selection, isWrong } = props;
  const [typed, setTyped] = useState('');
  const { start, isBusy, error } = useStart(selection);
  const isConfirmed = selection.dryRun || (typed === selection.name && selection.name !== '');
  const submit = (event: Event) => {
    event.preventDefault();
    if (isConfirmed && !isWrong && !isBusy) void start();
  };
  return (
    <form class="stack" onSubmit={submit}>
      {!selection.dryRun && (
        <div class="field">
          <label for="confirm">Type the name of the version to confirm</label>
          <input id="confirm" type="text" value={typed} autocomplete="off" spellcheck={false} aria-describedby="confirm-hint" onInput={(event) => setTyped(event.currentTarget.value)} />
          <span class="hint" id="confirm-hint">{selection.name === '' ? 'The version has no name yet.' : <>It is <code>{selection.name}</code>.</>}</span>
        </div>
      )}
      {error !== null && <Failure error={error} what="the new run" />}
      <p><button type="submit" class="main" disabled={!isConfirmed || isWrong || isBusy}>{isBusy ? 'Starting…' : selection.dryRun ? 'Start the dry run' : 'Apply'}</button></p>
    </form>
  );
}

function Roles(): JSX.Element | null {
  const { me } = useSession();
  if (me.may.apply) return null;
  return (
    <Notice tone="warn">
      <p><strong>{me.may.plan ? 'You can try, and not apply.' : 'Rolling out is not open to you.'}</strong></p>
      <p>{me.why !== '' ? me.why : `A dry run needs the role plan, an apply the role apply. ${me.role === null ? 'Sign in first.' : `You have the role ${me.role}.`}`}</p>
      {me.role === null && me.authentication && <p><a href={signInLink()}>Sign in</a></p>}
    </Notice>
  );
}

export function RollOutScreen(props: { route: Route }): JSX.Element {
  const { me } = useSession();
  const { query } = props.route;
  const [form, setForm] = useState<Form>({
    name: query.get('name') ?? '',
    dryRun: query.get('apply') !== 'true',
    reconcile: query.get('reconcile') === 'true',
    tenants: query.get('tenants') ?? '',
    canary: '',
    waves: '',
    maxFailures: '',
  });
  const change = (some: Partial<Form>) => setForm((before) => ({ ...before, ...some }));
  const selection = selectionOf({ ...form, dryRun: form.dryRun || !me.may.apply });
  const wrong = problemsOf(selection);
  const isWrong = Object.values(wrong).some((text) => text !== '');
  const isOddSelection = wrong.canary !== '' || wrong.waves !== '';
  return (
    <Screen title="Roll out" about={<>Look at the <a href="#/plan">plan</a> first: it shows every file.</>}>
      <Roles />
      {me.may.plan && (
        <>
          <div class="columns">
            <Card title="1. What"><What form={form} wrong={wrong} change={change} mayApply={me.may.apply} /></Card>
            <Card title="2. For whom"><ForWhom form={form} wrong={wrong} change={change} /></Card>
          </div>
          <Card title="3. Who is in which step"><Preview selection={selection} isWrong={isOddSelection} /></Card>
          <Card title={selection.dryRun ? '4. Try' : '4. Confirm'} aside={selection.tenants.length > 0 ? count(selection.tenants.length, 'name or pattern', 'names and patterns') : 'all tenants'}>
            <Confirm selection={selection} isWrong={isWrong} key={String(selection.dryRun)} />
            <p class="muted">The same on the command line:</p>
            <Copy text={applyCommand(selection)} what="the command" />
          </Card>
        </>
      )}
    </Screen>
  );
}
