import type { JSX } from 'preact';
import type { AuditRow } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { type Route, link } from '../lib/route.ts';
import { loadAudit } from '../lib/service.ts';
import { Badge, Card, Empty, Loaded, OlderPages, Screen, Table, Time } from '../parts/basics.tsx';

function tone(outcome: string): 'good' | 'bad' | 'warn' | 'calm' {
  if (outcome === 'done') return 'good';
  if (outcome === 'failed') return 'bad';
  return outcome === 'refused' ? 'warn' : 'calm';
}

function Row(props: { row: AuditRow }): JSX.Element {
  const { row } = props;
  return (
    <tr>
      <td data-name="When"><Time at={row.time} /></td>
      <th scope="row">{row.principal === '' ? <span class="muted">nobody known</span> : row.principal}{row.role !== '' && <span class="muted"> ({row.role})</span>}</th>
      <td data-name="What">{row.operation}{row.versionId !== null && <> · <a href={link(['versions', String(row.versionId)])}>version {row.versionId}</a></>}</td>
      <td data-name="Outcome"><Badge tone={tone(row.outcome)}>{row.outcome}</Badge></td>
      <td data-name="From">{row.address}</td>
      <td data-name="Details">
        {row.details}
        {row.message !== '' && <details><summary>message</summary><pre class="clip">{row.message}</pre></details>}
      </td>
    </tr>
  );
}

export function AuditScreen(props: { route: Route }): JSX.Element {
  const after = props.route.query.get('after') ?? '';
  const audit = useResource((signal) => loadAudit(after, signal), [after]);
  return (
    <Screen title="Audit" about="Every change, done or refused: the newest first." actions={<button type="button" onClick={audit.reload}>Refresh</button>}>
      <Card flush>
        <Loaded of={audit} what="the audit">
          {(data) => (
            <>
              {data.rows.length === 0 ? (
                <Empty><p>The audit has no rows.</p><p>It is kept once authentication is configured, or with <code>audit: on</code>.</p></Empty>
              ) : (
                <Table caption="Audit, the newest first" columns={['When', 'Who', 'What', 'Outcome', 'From', 'Details']}>
                  {data.rows.map((row) => <Row key={row.id} row={row} />)}
                </Table>
              )}
              <OlderPages path="audit" what="the audit" after={after} next={data.next} />
            </>
          )}
        </Loaded>
      </Card>
    </Screen>
  );
}
