import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Fleet, FleetFilter, Level, TenantRow, TenantState } from '../lib/model.ts';
import { stateTexts, states } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { type Route, link } from '../lib/route.ts';
import { type Findings, loadFindings, loadFleet } from '../lib/service.ts';
import { count, fileName, folder, number, percent } from '../lib/text.ts';
import { DriftCard } from '../parts/drift.tsx';
import { Badge, Bar, Card, Empty, Loaded, Notice, Screen, Table } from '../parts/basics.tsx';

function filterOf(query: URLSearchParams): FleetFilter {
  const state = query.get('state') ?? '';
  return {
    state: states.find((each) => each === state) ?? '',
    level: query.get('level') ?? '',
    search: query.get('search') ?? '',
    after: query.get('after') ?? '',
  };
}

/** The same list with another filter begins at its beginning. */
function linkTo(filter: FleetFilter, change: Partial<FleetFilter>): string {
  const { state, level, search, after } = { ...filter, after: '', ...change };
  return link(['fleet'], { state, level, search, after });
}

function goTo(filter: FleetFilter, change: Partial<FleetFilter>): void {
  window.location.replace(linkTo(filter, change));
}

/** One sentence for who has a minute. */
function Summary(props: { fleet: Fleet; findings: Findings | null }): JSX.Element {
  const { fleet } = props;
  const pending = props.findings?.pending.length ?? 0;
  const behind = fleet.tenants - fleet.states.current;
  const parts = states
    .filter((state) => state !== 'current' && fleet.states[state] > 0)
    .map((state) => `${number(fleet.states[state])} ${stateTexts[state].name}`);
  return (
    <p class="lead">
      {behind === 0
        ? `All ${count(fleet.tenants, 'tenant')} have every file that any tenant has.`
        : `${count(behind, 'tenant')} of ${number(fleet.tenants)} ${behind === 1 ? 'is' : 'are'} behind: ${parts.join(', ')}.`}
      {pending > 0 && (
        <> {count(pending, 'file')} {pending === 1 ? 'is' : 'are'} new to all of them: see the <a href="#/plan">plan</a>.</>
      )}
    </p>
  );
}

function States(props: { fleet: Fleet; filter: FleetFilter }): JSX.Element {
  const { fleet, filter } = props;
  return (
    <div class="tiles" role="group" aria-label="Filter by state">
      {states.map((state) => {
        const tenants = fleet.states[state];
        const tone = tenants > 0 ? stateTexts[state].tone : 'calm';
        return (
          <button
            key={state}
            type="button"
            class={`tile ${tone}`}
            aria-pressed={filter.state === state}
            title={stateTexts[state].about}
            onClick={() => goTo(filter, { state: filter.state === state ? '' : state })}
          >
            <span class="figure">{number(tenants)}</span>
            <span>{stateTexts[state].name}</span>
            <span class="muted small">{percent(tenants, fleet.tenants)}</span>
          </button>
        );
      })}
    </div>
  );
}

function LevelName(props: { level: Level }): JSX.Element {
  const { file } = props.level;
  if (file === null) return <>before the first file</>;
  return <span title={file}>{fileName(file)}</span>;
}

/** Who is where: how many tenants have everything up to a file. */
function Levels(props: { fleet: Fleet; filter: FleetFilter }): JSX.Element {
  const { fleet, filter } = props;
  const newest = fleet.levels.length - 1;
  return (
    <ol class="levels plain" aria-label="Tenants by level, the oldest first">
      {fleet.levels.map((level, index) => {
        const key = level.file ?? 'none';
        const isOn = filter.level === key;
        return (
          <li key={key}>
            <span class="name">
              <a href={linkTo(filter, { level: isOn ? '' : key })} aria-current={isOn ? 'true' : undefined}>
                <LevelName level={level} />
              </a>
            </span>
            <Bar parts={[index === newest ? { share: level.tenants / fleet.tenants, tone: 'good' } : { share: level.tenants / fleet.tenants }]} />
            <span class="end nowrap">
              {number(level.tenants)} <span class="muted">({percent(level.tenants, fleet.tenants)})</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Warnings(props: { findings: Findings | null }): JSX.Element | null {
  const { findings } = props;
  if (findings === null) return null;
  const lines: [string, readonly string[]][] = [
    ['Moved or renamed files: the next run stops at them. Say what they are with migrator accept.', findings.moved.map(({ from, to }) => `${from} → ${to}`)],
    ['Late files: they come before files that are applied already.', findings.late],
    ['Applied files that are not in the source any more.', findings.missingFiles],
    ['Names with records that are not in the tenant list: as a rule tenants that were deleted.', findings.unlisted],
  ];
  const found = lines.filter(([, files]) => files.length > 0);
  if (found.length === 0) return null;
  return (
    <Notice tone="warn">
      {found.map(([text, files]) => (
        <details key={text}>
          <summary>{text} <Badge tone="warn">{number(files.length)}</Badge></summary>
          <ul>{files.slice(0, 50).map((file) => <li key={file}><code>{file}</code></li>)}</ul>
        </details>
      ))}
    </Notice>
  );
}

function Search(props: { filter: FleetFilter }): JSX.Element {
  const { filter } = props;
  const [text, setText] = useState(filter.search);
  useEffect(() => {
    if (text === filter.search) return undefined;
    const timer = window.setTimeout(() => goTo(filter, { search: text }), 40);
    return () => window.clearTimeout(timer);
  }, [text]);
  return (
    <div class="row">
      <span class="row">
        <label for="search">Tenant</label>
        <input
          id="search"
          type="search"
          value={text}
          autocomplete="off"
          spellcheck={false}
          placeholder="part of its name"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      <span class="row">
        <label for="state">State</label>
        <select id="state" value={filter.state} onChange={(event) => goTo(filter, { state: event.currentTarget.value as TenantState | '' })}>
          <option value="">all</option>
          {states.map((state) => <option key={state} value={state}>{stateTexts[state].name}</option>)}
        </select>
      </span>
    </div>
  );
}

export function StateBadge(props: { state: TenantState }): JSX.Element {
  const { name, tone, about } = stateTexts[props.state];
  return <span title={about}><Badge tone={tone}>{name}</Badge></span>;
}

function Row(props: { row: TenantRow }): JSX.Element {
  const { row } = props;
  return (
    <tr>
      <th scope="row"><a href={link(['tenants', row.tenant])}>{row.tenant}</a></th>
      <td data-name="State"><StateBadge state={row.state} /></td>
      <td data-name="Level">{row.level === null ? <span class="muted">no file</span> : <span title={row.level}>{fileName(row.level)}</span>}</td>
      <td class="number" data-name="Missing">{number(row.missing)}</td>
      <td data-name="Why">{row.message !== '' && <Why row={row} />}</td>
    </tr>
  );
}

function Why(props: { row: TenantRow }): JSX.Element {
  const { file, message } = props.row;
  return (
    <span class="oneline">
      {file !== null && <><span title={file}>{fileName(file)}</span>: </>}
      {message.split('\n')[0]}
    </span>
  );
}

function Pages(props: { fleet: Fleet; filter: FleetFilter }): JSX.Element {
  const { fleet, filter } = props;
  return (
    <nav class="row" aria-label="Pages of tenants">
      {filter.after === '' ? <button type="button" disabled>First page</button> : <a class="button" href={linkTo(filter, {})}>First page</a>}
      {fleet.next === null ? (
        <button type="button" disabled>Next page</button>
      ) : (
        <a class="button" href={linkTo(filter, { after: fleet.next })}>Next page</a>
      )}
    </nav>
  );
}

function Tenants(props: { fleet: Fleet; filter: FleetFilter; stale: boolean }): JSX.Element {
  const { fleet, filter, stale } = props;
  const isFiltered = filter.state !== '' || filter.level !== '' || filter.search !== '';
  return (
    <Card
      title="Tenants"
      flush
      aside={
        <span role="status">
          {isFiltered ? `${number(fleet.matching)} of ${count(fleet.tenants, 'tenant')}` : count(fleet.tenants, 'tenant')}
          {isFiltered && <> · <a href="#/fleet">show all</a></>}
        </span>
      }
    >
      <div class="head"><Search filter={filter} key={filter.state + filter.level} /></div>
      {filter.level !== '' && (
        <div class="head small muted">
          Level: {filter.level === 'none' ? 'before the first file' : `${folder(filter.level)}/${fileName(filter.level)}`}
        </div>
      )}
      {fleet.rows.length === 0 ? (
        <Empty>
          <p>{isFiltered ? 'No tenant fits these filters.' : 'The tenant list is empty.'}</p>
          {isFiltered ? <p><a href="#/fleet">Show all tenants</a></p> : <p>Create one with <code>migrator create-tenant NAME</code>.</p>}
        </Empty>
      ) : (
        <Table caption="List of tenants" stale={stale} columns={['Tenant', 'State', 'Level', { name: 'Missing files', number: true }, 'Why']}>
          {fleet.rows.map((row) => <Row key={row.tenant} row={row} />)}
        </Table>
      )}
      <div class="head">
        <span class="muted small">Failed tenants first, then by name.</span>
        <Pages fleet={fleet} filter={filter} />
      </div>
    </Card>
  );
}

export function FleetScreen(props: { route: Route }): JSX.Element {
  const filter = filterOf(props.route.query);
  const fleet = useResource((signal) => loadFleet(filter, signal), Object.values(filter));
  const findings = useResource(loadFindings, []);
  const reload = () => {
    fleet.reload();
    findings.reload();
  };
  return (
    <Screen title="Fleet" actions={<button type="button" onClick={reload}>Refresh</button>}>
      <Loaded of={fleet} what="the fleet">
        {(data) => (
          <>
            <Summary fleet={data} findings={findings.data} />
            <Warnings findings={findings.data} />
            <States fleet={data} filter={filter} />
            {data.levels.length > 0 && (
              <Card title="Level" aside="the last file up to which a tenant has everything">
                <Levels fleet={data} filter={filter} />
              </Card>
            )}
            <Tenants fleet={data} filter={filter} stale={fleet.loading} />
            <DriftCard />
          </>
        )}
      </Loaded>
    </Screen>
  );
}
