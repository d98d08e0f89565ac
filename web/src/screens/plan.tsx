import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { address } from '../lib/api.ts';
import type { Analysis, CheckReport, Finding, Kind, Plan, PlanFile } from '../lib/model.ts';
import { type Resource, useResource } from '../lib/resource.ts';
import { type Route, link } from '../lib/route.ts';
import { loadAnalysis, loadChecks, loadPlan, loadText } from '../lib/service.ts';
import { useSession } from '../lib/session.ts';
import { commandLine, count, fileName, folder, number } from '../lib/text.ts';
import { Badge, Card, Copy, Empty, Facts, Failure, Loaded, Loading, Notice, Screen } from '../parts/basics.tsx';
import { Sql } from '../parts/sql.tsx';

const kinds: Readonly<Record<Kind, string>> = {
  SingleMigration: 'migration, once',
  TenantMigration: 'migration, for tenants',
  SingleScript: 'script, once',
  TenantScript: 'script, for tenants',
};

const isForTenants = (file: PlanFile): boolean => file.kind === 'TenantMigration' || file.kind === 'TenantScript';

function Text(props: { file: PlanFile; tenant: string }): JSX.Element {
  const { file, tenant } = props;
  const text = useResource((signal) => loadText(file.file, isForTenants(file) ? tenant : '', signal), [file.file, tenant]);
  if (text.error !== null) return <Failure error={text.error} what="the text of the file" retry={text.reload} />;
  if (text.data === null) return <Loading what="the text" />;
  return (
    <>
      <Sql text={text.data.contents} name={`SQL of ${fileName(file.file)}`} placeholder={text.data.schema ?? '{schema}'} />
      {text.data.truncated && <p class="muted">The file is longer. This is its beginning.</p>}
    </>
  );
}

function tone(level: string): 'bad' | 'warn' | 'info' {
  if (level === 'danger') return 'bad';
  return level === 'warning' ? 'warn' : 'info';
}

function Badges(props: { file: PlanFile; findings: readonly Finding[] }): JSX.Element {
  const { file, findings } = props;
  return (
    <>
      {file.late !== null && <Badge tone="warn">late</Badge>}
      {file.outsideTransaction && <Badge tone="warn">no transaction</Badge>}
      {file.checks.length > 0 && <Badge tone="info">{count(file.checks.length, 'check')}</Badge>}
      {findings.map((each, index) => <Badge key={index} tone={tone(each.level)}>{each.level}</Badge>)}
    </>
  );
}

interface FileProps {
  readonly file: PlanFile;
  readonly tenant: string;
  readonly findings: readonly Finding[];
}

function Details(props: FileProps): JSX.Element {
  const { file, findings } = props;
  return (
    <div>
      <p class="muted small"><code>{file.file}</code></p>
      {file.late !== null && <p>This file comes before <code>{fileName(file.late)}</code>, which is applied already.</p>}
      {file.outsideTransaction && <p>This file runs outside a transaction: what it has done stays if it fails.</p>}
      {isForTenants(file) && file.schemas.length > 0 && (
        <p class="small">
          For {file.schemas.slice(0, 10).join(', ')}
          {file.executions > Math.min(10, file.schemas.length) && ` and ${number(file.executions - Math.min(10, file.schemas.length))} more`}
        </p>
      )}
      {findings.map((each, index) => (
        <Notice key={index} tone={tone(each.level)}>
          <p><strong>{each.level}: {each.rule}</strong>{each.line > 0 && <>, line {each.line}</>}</p>
          <p>{each.message}</p>
        </Notice>
      ))}
      {file.checks.length > 0 && (
        <div>
          <p>Must be true for a tenant before this file runs:</p>
          <ul>{file.checks.map((each) => <li key={each.line}><code>{each.check}</code></li>)}</ul>
        </div>
      )}
      <Text file={file} tenant={props.tenant} />
    </div>
  );
}

function File(props: FileProps & { readonly open: boolean }): JSX.Element {
  const { file } = props;
  const [open, setOpen] = useState(props.open);
  return (
    <li>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <code>{fileName(file.file)}</code>{' '}
          <span class="muted">
            {folder(file.file)} · {kinds[file.kind]} · {count(file.executions, isForTenants(file) ? 'tenant' : 'execution')}
          </span>
          <Badges file={file} findings={props.findings} />
        </summary>
        {open && <Details {...props} />}
      </details>
    </li>
  );
}

function Phases(props: { plan: Plan; tenant: string; analysis: Analysis | null }): JSX.Element {
  const { plan, tenant, analysis } = props;
  const isSmall = plan.phases.reduce((sum, phase) => sum + phase.files.length, 0) <= 3;
  const findings = (file: PlanFile) => analysis?.findings.filter((each) => each.file === file.file) ?? [];
  return (
    <>
      {plan.phases.map((phase, index) => (
        <Card key={index} title={`${index + 1}. ${phase.name}`} flush aside={count(phase.files.length, 'file')}>
          <ol class="files plain">
            {phase.files.map((file) => (
              <File key={file.file} file={file} tenant={tenant} findings={findings(file)} open={isSmall} />
            ))}
          </ol>
        </Card>
      ))}
    </>
  );
}

function FailedChecks(props: { report: CheckReport }): JSX.Element {
  const { asked, failed } = props.report;
  if (asked === 0) return <p class="muted">No pending file has checks.</p>;
  if (failed.length === 0) return <Notice tone="good"><p>{count(asked, 'check')} asked, all are true.</p></Notice>;
  return (
    <Notice tone="bad" urgent>
      {failed.map((each) => (
        <div key={`${each.file}:${each.line}`}>
          <p><strong>{fileName(each.file)}, line {each.line}</strong> is not true for {count(each.schemas.length, 'schema')}: <code>{each.check}</code></p>
          <ul>
            {each.schemas.slice(0, 20).map(({ schema, message }) => (
              <li key={schema}><a href={link(['tenants', schema])}>{schema}</a>: {message}</li>
            ))}
          </ul>
          {each.schemas.length > 20 && <p>and {number(each.schemas.length - 20)} more</p>}
        </div>
      ))}
    </Notice>
  );
}

function Checks(): JSX.Element {
  const [turn, setTurn] = useState(0);
  const checks = useResource((signal) => (turn === 0 ? Promise.resolve(null) : loadChecks(signal)), [turn]);
  const { me } = useSession();
  return (
    <Card title="Checks">
      <p class="muted">A check is a question that a file asks each tenant before it runs. Asking takes a short query per tenant.</p>
      {me.may.plan ? (
        <p><button type="button" disabled={checks.loading} onClick={() => setTurn(turn + 1)}>{checks.loading ? 'Asking…' : 'Ask all tenants now'}</button></p>
      ) : (
        <p>Asking them needs the role <code>plan</code>.</p>
      )}
      {checks.error !== null && <Failure error={checks.error} what="the checks" />}
      {checks.data !== null && <FailedChecks report={checks.data} />}
    </Card>
  );
}

/** What the files would do to an application in use. It takes locks for a moment, so it is asked for. */
function AnalysisCard(props: { of: Resource<Analysis | null>; ask: () => void }): JSX.Element {
  const { data, error, loading } = props.of;
  const { me } = useSession();
  const worst = data?.findings.filter((each) => each.level !== 'info').length ?? 0;
  return (
    <Card title="Analysis">
      <p class="muted">What the files would do to an application in use: locks, rewrites, lost data.</p>
      {me.may.plan ? (
        <p><button type="button" disabled={loading} onClick={props.ask}>{loading ? 'Analyzing…' : 'Analyze'}</button></p>
      ) : (
        <p>Analyzing needs the role <code>plan</code>.</p>
      )}
      {error !== null && <Failure error={error} what="the analysis" />}
      {data !== null && data.problem !== '' && <Notice tone="info"><p>{data.problem}</p></Notice>}
      {data !== null && data.problem === '' && (
        <Notice tone={worst > 0 ? 'warn' : 'good'}>
          <p>{data.findings.length === 0 ? 'No hazards found.' : `${count(data.findings.length, 'finding')}, shown at the files above.`}</p>
          {data.problems.map((each) => <p key={each.file + each.message}>{fileName(each.file)}: {each.message}</p>)}
        </Notice>
      )}
    </Card>
  );
}

function TheSame(props: { plan: Plan; tenant: string }): JSX.Element {
  const { plan, tenant } = props;
  const look = ['migrator', 'plan', '--sql', ...(tenant === '' ? [] : ['--tenant', tenant])];
  const body = JSON.stringify(plan.request.body);
  const url = new URL(plan.request.path, window.location.origin).href;
  const path = `v1/plan${tenant === '' ? '' : `?tenant=${encodeURIComponent(tenant)}`}`;
  return (
    <Card title="The same elsewhere">
      <p class="muted">To look, on the command line and over HTTP:</p>
      <Copy text={commandLine(look)} what="the command that shows the plan" />
      <Copy text={commandLine(['curl', '-s', address(path)])} what="the call that shows the plan" />
      <p class="muted">To apply:</p>
      <Copy text={plan.command} what="the command that applies" />
      <Copy
        text={commandLine(['curl', '-s', '-X', plan.request.method, '-H', 'Content-Type: application/json', '-d', body, url])}
        what="the call that applies"
      />
    </Card>
  );
}

function ForTenant(props: { tenant: string }): JSX.Element {
  const [text, setText] = useState(props.tenant);
  const show = (event: Event) => {
    event.preventDefault();
    window.location.replace(link(['plan'], { tenant: text.trim() }));
  };
  return (
    <form class="row" onSubmit={show}>
      <label for="tenant">Show for tenant</label>
      <input id="tenant" type="text" value={text} placeholder="all tenants" autocomplete="off" spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit">Show</button>
      {props.tenant !== '' && <a href="#/plan">all tenants</a>}
    </form>
  );
}

/** What is odd about the files, or ends the next run. */
function Oddities(props: { plan: Plan }): JSX.Element | null {
  const { plan } = props;
  const isBad = plan.refusal !== '' || plan.problems.length > 0;
  if (!isBad && plan.notes.length === 0 && plan.missingFiles.length === 0) return null;
  return (
    <Notice tone={isBad ? 'bad' : 'warn'}>
      {isBad && <strong>An apply would be refused now.</strong>}
      {plan.refusal !== '' && <p>{plan.refusal}</p>}
      <ul>
        {plan.problems.map((each) => <li key={each.file + each.message}><code>{fileName(each.file)}</code>: {each.message}</li>)}
        {plan.notes.map((note) => <li key={note}>{note}</li>)}
        {plan.missingFiles.map((file) => <li key={file}><code>{fileName(file)}</code> is applied and not in the source any more.</li>)}
      </ul>
    </Notice>
  );
}

function Behind(props: { plan: Plan }): JSX.Element | null {
  const { plan } = props;
  if (plan.behind.length === 0) return null;
  return (
    <Card title="Tenants with files to run" aside={<>{count(plan.tenantsBehind, 'tenant')} · <a href="#/fleet">fleet</a></>}>
      <p>
        {plan.behind.slice(0, 30).map(({ tenant, files }, index) => (
          <span key={tenant}>{index > 0 && ', '}<a href={link(['tenants', tenant])}>{tenant}</a> <span class="muted">({number(files)})</span></span>
        ))}
        {plan.tenantsBehind > 30 && <span class="muted"> and {number(plan.tenantsBehind - 30)} more</span>}
      </p>
    </Card>
  );
}

function Content(props: { plan: Plan; tenant: string }): JSX.Element {
  const { plan, tenant } = props;
  const [turn, setTurn] = useState(0);
  const analysis = useResource((signal) => (turn === 0 ? Promise.resolve(null) : loadAnalysis(tenant, signal)), [turn, tenant]);
  return (
    <>
      <Card>
        <Facts
          of={[
            ['Files', <span class="figure">{number(plan.phases.reduce((sum, phase) => sum + phase.files.length, 0))}</span>],
            ['Tenants with files to run', <span class="figure">{number(plan.tenantsBehind)}</span>],
            ['Executions (files × schemas)', <span class="figure">{number(plan.executions)}</span>],
          ]}
        />
      </Card>
      <Phases plan={plan} tenant={tenant} analysis={analysis.data} />
      <Behind plan={plan} />
      <div class="columns">
        <div class="stack">
          <AnalysisCard of={analysis} ask={() => setTurn(turn + 1)} />
          <Checks />
        </div>
        <TheSame plan={plan} tenant={tenant} />
      </div>
    </>
  );
}

export function PlanScreen(props: { route: Route }): JSX.Element {
  const tenant = props.route.query.get('tenant') ?? '';
  const plan = useResource((signal) => loadPlan(tenant, signal), [tenant]);
  const { me } = useSession();
  return (
    <Screen
      title={tenant === '' ? 'Plan' : `Plan for ${tenant}`}
      about="What the next apply does, in this order. Looking at it changes nothing."
      actions={
        <>
          <button type="button" onClick={plan.reload}>Refresh</button>
          {me.may.plan && <a class="button main" href={link(['roll-out'], { tenants: tenant })}>Roll out…</a>}
        </>
      }
    >
      <ForTenant tenant={tenant} key={tenant} />
      <Loaded of={plan} what="the plan">
        {(data) => (
          <>
            <Oddities plan={data} />
            {data.phases.length === 0 ? (
              <Card><Empty><p>Nothing is pending. {tenant === '' ? 'Every tenant has every file of the source.' : 'This tenant has every file.'}</p></Empty></Card>
            ) : (
              <Content plan={data} tenant={tenant} key={tenant} />
            )}
          </>
        )}
      </Loaded>
    </Screen>
  );
}
