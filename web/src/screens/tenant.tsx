import type { JSX } from 'preact';
import type { Tenant, Trouble } from '../lib/model.ts';
import { stateTexts } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { link } from '../lib/route.ts';
import { loadTenant } from '../lib/service.ts';
import { useSession } from '../lib/session.ts';
import { commandLine, count, fileName, folder, number } from '../lib/text.ts';
import { Card, Copy, Empty, Facts, Loaded, Notice, Screen, Table, Time } from '../parts/basics.tsx';
import { Sql } from '../parts/sql.tsx';
import { StateBadge } from './fleet.tsx';

/** The last failure, whole: nobody has to open another page for it. */
function LastFailure(props: { trouble: Trouble; tenant: string }): JSX.Element {
  const { trouble, tenant } = props;
  return (
    <Card title="Last failure" aside={<Time at={trouble.changed} />}>
      <Facts
        of={[
          ['File', trouble.file === null ? '–' : <code title={trouble.file}>{fileName(trouble.file)}</code>],
          ['Line', trouble.line > 0 ? trouble.line : '–'],
          ['SQLSTATE', trouble.sqlstate === '' ? '–' : <code>{trouble.sqlstate}</code>],
          ['Version', <a href={link(['versions', String(trouble.versionId)])}>{trouble.versionId}</a>],
        ]}
      />
      <pre class="clip">{trouble.message}</pre>
      {trouble.statement !== '' && (
        <Sql text={trouble.statement} name={`Statement that failed for ${tenant}`} first={Math.max(1, trouble.line)} />
      )}
    </Card>
  );
}

function WhatToDo(props: { data: Tenant }): JSX.Element | null {
  const { data } = props;
  const { me } = useSession();
  if (data.state === 'current') return null;
  const retry = link(['roll-out'], { tenants: data.tenant, reconcile: data.state === 'unmanaged' ? 'true' : '' });
  return (
    <Card title="What to do">
      {data.trouble !== null && data.trouble.hint !== '' && <p>{data.trouble.hint}</p>}
      {data.state === 'failed' && (
        <p>The changes of the failed run were rolled back for this tenant. Fix the cause in its data or in the file, then run its pending files again.</p>
      )}
      {data.state === 'unfinished' && (
        <p>If a run is working, wait for its end: see <a href="#/runs">runs</a>. If it was interrupted, apply again: it resumes with the files that are missing.</p>
      )}
      {data.state === 'planned' && <p>The next apply runs the files that remain for this tenant.</p>}
      {data.state === 'lagging' && <p>This tenant is missing {count(data.missing.length, 'file')} that other tenants have. The next apply runs them.</p>}
      {data.state === 'unmanaged' && (
        <p>No file is recorded for this tenant. An apply runs only files that are new to all tenants; with <em>Reconcile</em> it runs every file. If its objects already exist, record the files with <code>migrator sync</code> instead.</p>
      )}
      {me.may.apply && <p><a class="button main" href={retry}>Roll out to this tenant</a></p>}
      <Copy text={commandLine(['migrator', 'apply', '--tenant', data.tenant, ...(data.state === 'unmanaged' ? ['--reconcile'] : [])])} what="the command" />
    </Card>
  );
}

function Files(props: { data: Tenant }): JSX.Element {
  const { data } = props;
  return (
    <Card title="Applied files" flush aside={data.filesTotal > data.files.length ? `the newest ${count(data.files.length, 'file')} of ${number(data.filesTotal)}` : count(data.filesTotal, 'file')}>
      {data.files.length === 0 ? (
        <Empty>No file is recorded for this tenant.</Empty>
      ) : (
        <Table caption="Applied files, the newest first" columns={['File', 'Folder', 'Version', 'Applied']}>
          {data.files.map((each) => (
            <tr key={each.file + each.created}>
              <th scope="row">
                <code title={each.file}>{fileName(each.file)}</code>
              </th>
              <td data-name="Folder">{folder(each.file)}</td>
              <td data-name="Version"><a href={link(['versions', String(each.versionId)])}>{each.versionName}</a></td>
              <td data-name="Applied"><Time at={each.created} /></td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

function FileList(props: { title: string; about: string; files: readonly string[] }): JSX.Element | null {
  if (props.files.length === 0) return null;
  return (
    <Card title={props.title} aside={count(props.files.length, 'file')}>
      <p class="muted">{props.about}</p>
      <ul class="plain">
        {props.files.map((file) => <li key={file}><code title={file}>{fileName(file)}</code> <span class="muted">{folder(file)}</span></li>)}
      </ul>
    </Card>
  );
}

export function TenantScreen(props: { tenant: string }): JSX.Element {
  const tenant = useResource((signal) => loadTenant(props.tenant, signal), [props.tenant]);
  return (
    <Screen
      title={`Tenant ${props.tenant}`}
      about={<><a href="#/fleet">Fleet</a> / {props.tenant}</>}
      actions={<button type="button" onClick={tenant.reload}>Refresh</button>}
    >
      <Loaded of={tenant} what={`the tenant ${props.tenant}`}>
        {(data) => (
          <>
            <Notice tone={stateTexts[data.state].tone}>
              <p><StateBadge state={data.state} /> {stateTexts[data.state].about}</p>
              <p>Level: {data.level === null ? 'before the first file' : <code title={data.level}>{fileName(data.level)}</code>}</p>
            </Notice>
            {data.trouble !== null && data.trouble.message !== '' && <LastFailure trouble={data.trouble} tenant={data.tenant} />}
            <div class="columns">
              <WhatToDo data={data} />
              <FileList title="Missing files" about="Other tenants have these files." files={data.missing} />
              <FileList title="Pending files" about="The next apply runs these files, and the scripts, for this tenant." files={data.pending} />
            </div>
            <Files data={data} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}
