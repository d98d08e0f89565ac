import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Drift, DriftGroup } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { link } from '../lib/route.ts';
import { loadDrift } from '../lib/service.ts';
import { useSession } from '../lib/session.ts';
import { count, number } from '../lib/text.ts';
import { Card, Failure, Notice } from './basics.tsx';

function Group(props: { group: DriftGroup }): JSX.Element {
  const { group } = props;
  const shown = group.tenants.slice(0, 20);
  return (
    <li>
      <details>
        <summary>
          <strong>{count(group.tenants.length, 'tenant')}</strong>:{' '}
          {group.lacksSchema ? 'the schema is missing' : count(group.differences.length, 'difference')}
        </summary>
        <div>
          <ul>
            {group.differences.slice(0, 50).map((each) => (
              <li key={`${each.kind} ${each.name} ${each.deviation}`}>
                {each.deviation} {each.kind} <code>{each.name}</code>
                {each.deviation === 'changed' && <>: expected <code>{each.expected}</code>, found <code>{each.found}</code></>}
              </li>
            ))}
          </ul>
          <p>
            {shown.map((tenant, index) => <span key={tenant}>{index > 0 && ', '}<a href={link(['tenants', tenant])}>{tenant}</a></span>)}
            {group.tenants.length > shown.length && <span class="muted"> and {number(group.tenants.length - shown.length)} more</span>}
          </p>
        </div>
      </details>
    </li>
  );
}

function Report(props: { drift: Drift }): JSX.Element {
  const { compared, drifted, groups, notCompared } = props.drift;
  return (
    <>
      <Notice tone={drifted > 0 ? 'warn' : 'good'}>
        <p>
          {drifted === 0
            ? `The schemas of ${count(compared, 'tenant')} at the same level are the same.`
            : `${count(drifted, 'tenant')} of ${number(compared)} differ from others at their level.`}
          {notCompared.length > 0 && ` ${count(notCompared.length, 'tenant')} could not be compared.`}
        </p>
      </Notice>
      {groups.length > 0 && <ul class="files plain">{groups.map((group) => <Group key={group.tenants[0]} group={group} />)}</ul>}
    </>
  );
}

/** Groups of tenants that have drifted. It reads the catalog for all tenants, so it is asked for. */
export function DriftCard(): JSX.Element {
  const [turn, setTurn] = useState(0);
  const drift = useResource((signal) => (turn === 0 ? Promise.resolve(null) : loadDrift(signal)), [turn]);
  const { me } = useSession();
  return (
    <Card title="Drift">
      <p class="muted">Whether the schemas of tenants at the same level are the same, whatever their records say.</p>
      {me.may.plan ? (
        <p><button type="button" disabled={drift.loading} onClick={() => setTurn(turn + 1)}>{drift.loading ? 'Comparing…' : 'Compare the schemas'}</button></p>
      ) : (
        <p>Comparing needs the role <code>plan</code>.</p>
      )}
      {drift.error !== null && <Failure error={drift.error} what="the comparison" />}
      {drift.data !== null && <Report drift={drift.data} />}
    </Card>
  );
}
