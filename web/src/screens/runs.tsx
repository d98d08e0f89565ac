import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RunRow, RunState } from '../lib/model.ts';
import { isOver } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { type Route, link } from '../lib/route.ts';
import { loadRuns } from '../lib/service.ts';
import { number } from '../lib/text.ts';
import { duration, secondsBetween } from '../lib/time.ts';
import { Badge, Card, Empty, Loaded, OlderPages, Screen, Table, Time } from '../parts/basics.tsx';

const tones: Readonly<Record<RunState, 'good' | 'warn' | 'bad' | 'info' | 'calm'>> = {
  queued: 'info',
  waiting: 'info',
  running: 'info',
  cancelling: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

export function RunBadge(props: { state: RunState; dryRun: boolean }): JSX.Element {
  return (
    <>
      <Badge tone={tones[props.state]}>{props.state}</Badge>
      {props.dryRun && <> <Badge tone="calm">dry run</Badge></>}
    </>
  );
}

function Row(props: { run: RunRow }): JSX.Element {
  const { run } = props;
  return (
    <tr>
      <th scope="row"><a href={link(['runs', run.id])}>{run.name === '' ? run.id : run.name}</a></th>
      <td data-name="State"><RunBadge state={run.state} dryRun={run.dryRun} /></td>
      <td data-name="Tenants" class="number">
        {number(run.tenantsDone)} of {number(run.tenants)}
        {run.tenantsFailed > 0 && <> · <strong>{number(run.tenantsFailed)} failed</strong></>}
      </td>
      <td data-name="Asked by">{run.askedBy}</td>
      <td data-name="Started"><Time at={run.startedAt} /></td>
      <td data-name="Took" class="number">{run.endedAt === null ? '' : duration(secondsBetween(run.startedAt, run.endedAt))}</td>
    </tr>
  );
}

const columns = ['Version', 'State', { name: 'Tenants', number: true }, 'Asked by', 'Started', { name: 'Took', number: true }];

export function RunsScreen(props: { route: Route }): JSX.Element {
  const after = props.route.query.get('after') ?? '';
  const runs = useResource((signal) => loadRuns(after, signal), [after]);
  const isWorking = runs.data?.runs.some((run) => !isOver(run.state)) ?? false;
  useEffect(() => {
    if (!isWorking) return undefined;
    const timer = window.setInterval(runs.reload, 3_000);
    return () => window.clearInterval(timer);
  }, [isWorking, runs.reload]);
  return (
    <Screen
      title="Runs"
      about="Runs of the last day that were started here or with Prefer: respond-async. Versions that stay are under Versions."
      actions={<button type="button" onClick={runs.reload}>Refresh</button>}
    >
      <Card flush>
        <Loaded of={runs} what="the runs">
          {(data) => (
            <>
              {data.runs.length === 0 ? (
                <Empty><p>No run in the last day.</p><p><a href="#/roll-out">Roll out</a></p></Empty>
              ) : (
                <Table caption="Runs, the newest first" columns={columns}>
                  {data.runs.map((run) => <Row key={run.id} run={run} />)}
                </Table>
              )}
              <OlderPages path="runs" what="runs" after={after} next={data.next} />
            </>
          )}
        </Loaded>
      </Card>
    </Screen>
  );
}
