import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Kind, SourceState, Version, VersionFile } from '../lib/model.ts';
import { useResource } from '../lib/resource.ts';
import { type Route, link } from '../lib/route.ts';
import { loadAppliedText, loadVersion, loadVersions } from '../lib/service.ts';
import { count, fileName, folder, number } from '../lib/text.ts';
import { Badge, Card, Empty, Facts, Failure, Loaded, Loading, Notice, OlderPages, Screen, Table, Time } from '../parts/basics.tsx';
import { Diff, Sql } from '../parts/sql.tsx';

export function VersionsScreen(props: { route: Route }): JSX.Element {
  const after = props.route.query.get('after') ?? '';
  const versions = useResource((signal) => loadVersions(after, signal), [after]);
  return (
    <Screen
      title="Versions"
      about="What was applied, when, and by whom: the newest first."
      actions={<button type="button" onClick={versions.reload}>Refresh</button>}
    >
      <Card flush>
        <Loaded of={versions} what="the versions">
          {(data) => (
            <>
              {data.versions.length === 0 ? (
                <Empty><p>No version yet.</p><p><a href="#/plan">See what is pending</a></p></Empty>
              ) : (
                <Table caption="Versions, the newest first" columns={[{ name: 'ID', number: true }, 'Name', 'Applied', 'By']}>
                  {data.versions.map((version) => (
                    <tr key={version.id}>
                      <td class="number" data-name="ID">{version.id}</td>
                      <th scope="row"><a href={link(['versions', String(version.id)])}>{version.name}</a></th>
                      <td data-name="Applied"><Time at={version.created} /></td>
                      <td data-name="By">{version.createdBy ?? <span class="muted">not known</span>}</td>
                    </tr>
                  ))}
                </Table>
              )}
              <OlderPages path="versions" what="versions" after={after} next={data.next} />
            </>
          )}
        </Loaded>
      </Card>
    </Screen>
  );
}

const kinds: Readonly<Record<Kind, string>> = {
  SingleMigration: 'migration',
  TenantMigration: 'migration for tenants',
  SingleScript: 'script',
  TenantScript: 'script for tenants',
};

function SourceBadge(props: { state: SourceState }): JSX.Element | null {
  if (props.state === 'same') return null;
  return props.state === 'changed' ? <Badge tone="warn">changed since</Badge> : <Badge tone="warn">not in the source any more</Badge>;
}

function Text(props: { version: number; file: VersionFile }): JSX.Element {
  const { version, file } = props;
  const text = useResource((signal) => loadAppliedText(String(version), file.file, signal), [version, file.file]);
  const [shows, setShows] = useState<'applied' | 'difference'>(file.source === 'changed' ? 'difference' : 'applied');
  if (text.error !== null) return <Failure error={text.error} what="the text of the file" retry={text.reload} />;
  if (text.data === null) return <Loading what="the text" />;
  const { asApplied, now, truncated } = text.data;
  return (
    <>
      {now !== null && now !== asApplied && (
        <div class="row" role="group" aria-label="What to show">
          <button type="button" aria-pressed={shows === 'applied'} onClick={() => setShows('applied')}>As applied</button>
          <button type="button" aria-pressed={shows === 'difference'} onClick={() => setShows('difference')}>Difference to now</button>
        </div>
      )}
      {shows === 'difference' && now !== null ? (
        <Diff before={asApplied} after={now} name={`What changed in ${fileName(file.file)}`} />
      ) : (
        <Sql text={asApplied} name={`${fileName(file.file)} as it was applied`} />
      )}
      {truncated && <p class="muted">The file is longer. This is its beginning.</p>}
    </>
  );
}

function File(props: { version: number; file: VersionFile }): JSX.Element {
  const { version, file } = props;
  const [open, setOpen] = useState(false);
  const isForTenants = file.kind === 'TenantMigration' || file.kind === 'TenantScript';
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <code>{fileName(file.file)}</code>{' '}
          <span class="muted">
            {folder(file.file)} · {kinds[file.kind]} · {isForTenants ? count(file.schemas, 'tenant') : `schema ${file.some[0] ?? ''}`}
          </span>{' '}
          <SourceBadge state={file.source} />
        </summary>
        {open && (
          <div>
            <p class="muted small"><code>{file.file}</code></p>
            {isForTenants && (
              <p class="small">
                For {file.some.slice(0, 10).join(', ')}
                {file.schemas > 10 && ` and ${number(file.schemas - Math.min(10, file.some.length))} more`}
              </p>
            )}
            <Text version={version} file={file} />
            <p class="muted small">SHA-256 <code>{file.checkSum}</code></p>
          </div>
        )}
      </details>
    </li>
  );
}

function Body(props: { version: Version }): JSX.Element {
  const { version } = props;
  const changed = version.files.filter((file) => file.source === 'changed' && (file.kind === 'SingleMigration' || file.kind === 'TenantMigration'));
  return (
    <>
      <Card>
        <Facts
          of={[
            ['Applied', <Time at={version.created} />],
            ['By', version.createdBy ?? <span class="muted">not known: the audit has no row of it</span>],
            ['Files', number(version.files.length)],
            ['Executions', number(version.files.reduce((sum, file) => sum + file.schemas, 0))],
          ]}
        />
      </Card>
      {changed.length > 0 && (
        <Notice tone="warn"><p>{count(changed.length, 'migration')} of this version {changed.length === 1 ? 'was' : 'were'} edited after being applied.</p></Notice>
      )}
      <Card title="Files" flush aside={count(version.files.length, 'file')}>
        {version.files.length === 0 ? (
          <Empty>No file is recorded under this version.</Empty>
        ) : (
          <ol class="files plain">{version.files.map((file) => <File key={file.file} version={version.id} file={file} />)}</ol>
        )}
      </Card>
    </>
  );
}

export function VersionScreen(props: { id: string }): JSX.Element {
  const version = useResource((signal) => loadVersion(props.id, signal), [props.id]);
  return (
    <Screen
      title={version.data === null ? `Version ${props.id}` : `Version ${props.id}: ${version.data.name}`}
      about={<><a href="#/versions">Versions</a> / {props.id}</>}
    >
      <Loaded of={version} what="the version">{(data) => <Body version={data} />}</Loaded>
    </Screen>
  );
}
