// Asks the API, and turns its answers into what the screens show.
import { call, get } from './api.ts';
import type {
  Analysis,
  AppliedText,
  AuditRow,
  CheckReport,
  Drift,
  FailureGroup,
  FileText,
  Fleet,
  FleetFilter,
  Kind,
  Level,
  LongStatement,
  Plan,
  PlanFile,
  Run,
  RunRow,
  RunState,
  Selection,
  SourceState,
  Tenant,
  TenantRow,
  TenantState,
  Version,
  VersionRow,
  Wave,
} from './model.ts';
import type { Me } from './session.ts';

/** "path?a=1", without parameters that are empty. */
function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return query === '' ? path : `${path}?${query}`;
}

const id = (text: string) => encodeURIComponent(text);
const kindNames: readonly Kind[] = ['SingleMigration', 'TenantMigration', 'SingleScript', 'TenantScript'];
const kindOf = (type: number): Kind => kindNames[type - 1] ?? 'TenantMigration';

export async function loadRelease(signal: AbortSignal): Promise<string> {
  return (await get<{ release: string }>('', signal)).release;
}

// Who asks

type MeAnswer = Omit<Me, 'why'> & { readonly why: string | null };

const meOf = (answer: MeAnswer): Me => ({ ...answer, why: answer.why ?? '' });

export async function loadMe(signal?: AbortSignal): Promise<Me> {
  return meOf(await get<MeAnswer>('v1/me', signal));
}

export async function signIn(token: string): Promise<Me> {
  return meOf((await call<MeAnswer>('v1/session', { method: 'POST', body: { token } })).body);
}

export async function signOut(): Promise<void> {
  await call('v1/session', { method: 'DELETE' });
}

// The fleet

interface FleetAnswer {
  readonly tenants: number;
  readonly matching: number;
  readonly states: Readonly<Record<TenantState, number>>;
  readonly levels: readonly Level[];
  readonly next: string | null;
  readonly page: readonly (Omit<TenantRow, 'message' | 'file'> & { readonly message?: string; readonly file?: string | null })[];
}

export const rowsOfPage = 50;

export async function loadFleet(filter: FleetFilter, signal: AbortSignal): Promise<Fleet> {
  const path = withQuery('v1/tenants', { ...filter, sort: 'attention', limit: String(rowsOfPage) });
  const answer = await get<FleetAnswer>(path, signal);
  return { ...answer, rows: answer.page.map((row) => ({ ...row, message: row.message ?? '', file: row.file ?? null })) };
}

/** What the files and the records have to say of each other. */
export interface Findings {
  readonly pending: readonly string[];
  readonly unlisted: readonly string[];
  readonly late: readonly string[];
  readonly missingFiles: readonly string[];
  readonly moved: readonly { readonly from: string; readonly to: string }[];
}

export async function loadFindings(signal: AbortSignal): Promise<Findings> {
  const answer = await get<Omit<Findings, 'late'> & { late: readonly { file: string }[] }>('v1/status?limit=0', signal);
  return { ...answer, late: answer.late.map(({ file }) => file) };
}

/** Compares the schemas of all tenants: seconds, for thousands of them. */
export async function loadDrift(signal: AbortSignal): Promise<Drift> {
  return get<Drift>('v1/drift', signal);
}

interface TenantAnswer extends Omit<Tenant, 'trouble'> {
  readonly failure: {
    readonly versionId: number;
    readonly file: string | null;
    readonly line: number | null;
    readonly statementText: string | null;
    readonly sqlstate: string;
    readonly message: string;
    readonly changed: string;
    readonly hint?: string | null;
  } | null;
}

export async function loadTenant(tenant: string, signal: AbortSignal): Promise<Tenant> {
  const { failure, ...answer } = await get<TenantAnswer>(`v1/tenants/${id(tenant)}`, signal);
  return {
    ...answer,
    trouble: failure && { ...failure, line: failure.line ?? 0, statement: failure.statementText ?? '', hint: failure.hint ?? '' },
  };
}

// The plan

interface PlanFileAnswer extends Omit<PlanFile, 'kind'> {
  readonly migrationType: number;
}

interface WaveAnswer {
  readonly name: string;
  readonly tenants: number;
  readonly first?: readonly string[];
  readonly names?: readonly string[];
}

interface PlanAnswer extends Omit<Plan, 'phases' | 'refusal' | 'waves'> {
  readonly phases: readonly { readonly phase: string; readonly files: readonly PlanFileAnswer[] }[];
  readonly refusal: string | null;
  readonly waves: readonly WaveAnswer[];
}

const phaseNames: Readonly<Record<string, string>> = {
  migrations: 'Migrations',
  singleScripts: 'Scripts',
  tenantScripts: 'Scripts for tenants',
};

const waveOf = (wave: WaveAnswer): Wave => ({
  name: wave.name,
  tenants: wave.tenants,
  some: (wave.first ?? wave.names ?? []).slice(0, 20),
});

export async function loadPlan(tenant: string, signal: AbortSignal): Promise<Plan> {
  const answer = await get<PlanAnswer>(withQuery('v1/plan', { tenant }), signal);
  return {
    ...answer,
    refusal: answer.refusal ?? '',
    waves: answer.waves.map(waveOf),
    phases: answer.phases.map(({ phase, files }) => ({
      name: phaseNames[phase] ?? phase,
      files: files.map((file) => ({ ...file, kind: kindOf(file.migrationType) })),
    })),
  };
}

export async function loadAnalysis(tenant: string, signal: AbortSignal): Promise<Analysis> {
  type Found = Pick<Analysis, 'findings' | 'problems'>;
  const answer = await get<{ analysis: Found | null; analysisProblem?: string }>(
    withQuery('v1/plan', { tenant, analyze: 'true' }),
    signal,
  );
  return {
    findings: answer.analysis?.findings ?? [],
    problems: answer.analysis?.problems ?? [],
    problem: answer.analysis === null ? (answer.analysisProblem ?? 'This database cannot be analyzed.') : '',
  };
}

export async function loadText(file: string, tenant: string, signal: AbortSignal): Promise<FileText> {
  return get<FileText>(withQuery('v1/plan/file', { file, tenant }), signal);
}

export async function loadChecks(signal: AbortSignal): Promise<CheckReport> {
  return get<CheckReport>('v1/checks', signal);
}

// Rolling out

export interface Preview {
  readonly selected: number;
  readonly working: number;
  readonly waves: readonly Wave[];
  readonly setAside: readonly { readonly tenant: string; readonly message: string }[];
  readonly notes: readonly string[];
}

export async function loadPreview(selection: Selection, signal: AbortSignal): Promise<Preview> {
  const path = withQuery('v1/rollout-preview', {
    tenants: selection.tenants.join(','),
    canary: selection.canary,
    waves: selection.waves.join(','),
    reconcile: selection.reconcile ? 'true' : '',
  });
  const answer = await get<Omit<Preview, 'waves'> & { waves: readonly WaveAnswer[] }>(path, signal);
  return { ...answer, waves: answer.waves.map(waveOf) };
}

/** `maxFailures` of the configuration. */
export async function loadFailureBudget(signal: AbortSignal): Promise<string> {
  const text = await fetchText('v1/config', signal);
  return /^maxFailures:\s*["']?([^"'\n]*)/m.exec(text)?.[1]?.trim() ?? '0';
}

async function fetchText(path: string, signal: AbortSignal): Promise<string> {
  const { text } = await call<null>(path, { signal, text: true });
  return text;
}

export function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** A number as a number, a percentage as text: as the API has them. */
const share = (text: string): number | string => (text.endsWith('%') ? text : Number(text));

export async function startRun(selection: Selection, runId: string): Promise<void> {
  await call('v1/migrations', {
    method: 'POST',
    headers: { Prefer: 'respond-async', 'X-Request-ID': runId },
    body: {
      mode: selection.dryRun ? 'dry-run' : 'apply',
      response: 'summary',
      versionName: selection.name,
      ...(selection.tenants.length > 0 ? { tenants: selection.tenants } : {}),
      ...(selection.canary === '' ? {} : { canary: share(selection.canary) }),
      ...(selection.waves.length > 0 ? { waves: selection.waves.map(share) } : {}),
      ...(selection.reconcile ? { reconcile: true } : {}),
      ...(selection.maxFailures === '' ? {} : { maxFailures: selection.maxFailures }),
    },
  });
}

// Runs

export interface RunPage {
  readonly runs: readonly RunRow[];
  readonly next: string | null;
}

interface RunRowAnswer {
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly versionName?: string | null;
  readonly dryRun?: boolean;
  readonly askedBy?: string | null;
  readonly tenants?: number;
  readonly tenantsDone?: number;
  readonly tenantsFailed?: number;
}

const rowOf = (run: RunRowAnswer): RunRow => ({
  id: run.id,
  state: run.state,
  name: run.versionName ?? '',
  dryRun: run.dryRun ?? false,
  askedBy: run.askedBy ?? '',
  startedAt: run.startedAt,
  endedAt: run.endedAt ?? null,
  tenants: run.tenants ?? 0,
  tenantsDone: run.tenantsDone ?? 0,
  tenantsFailed: run.tenantsFailed ?? 0,
});

export async function loadRuns(after: string, signal: AbortSignal): Promise<RunPage> {
  const answer = await get<{ runs: readonly RunRowAnswer[]; next: string | null }>(
    withQuery('v1/runs', { limit: '50', after }),
    signal,
  );
  return { runs: answer.runs.map(rowOf), next: answer.next };
}

interface Blocker {
  readonly session?: string;
  readonly user?: string;
  readonly address?: string;
  readonly program?: string;
  readonly seconds?: number;
  readonly state?: string;
  readonly statement?: string;
  readonly ofThisRun?: boolean;
}

interface LongStatementAnswer {
  readonly file?: string;
  readonly schema?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly since: string;
  readonly waitsFor?: { readonly what?: string; readonly guess?: boolean; readonly sessions?: readonly Blocker[] };
}

interface ProgressAnswer extends Partial<RunRowAnswer> {
  readonly seq?: number;
  readonly phase?: string;
  readonly about?: string;
  readonly file?: string;
  readonly executions?: number;
  readonly executionsDone?: number;
  readonly files?: number;
  readonly filesDone?: number;
  readonly wave?: number | null;
  readonly waves?: number;
  readonly waveBegin?: number;
  readonly waveEnd?: number;
  readonly longStatements?: readonly LongStatementAnswer[];
  readonly failures?: readonly Partial<FailureGroup>[];
  readonly failuresLeftOut?: number;
  readonly selection?: { readonly tenants?: readonly string[]; readonly canary?: number | string; readonly waves?: readonly (number | string)[] };
}

export function blockerText(blocker: Blocker): string {
  const who = [
    blocker.user !== undefined && `user ${blocker.user}`,
    blocker.address,
    blocker.program,
    blocker.seconds !== undefined && `for ${blocker.seconds} s`,
    blocker.state,
    blocker.ofThisRun === true && 'of this run',
  ].filter((part) => typeof part === 'string' && part !== '');
  const session = blocker.session === undefined ? 'a session' : `session ${blocker.session}`;
  const statement = blocker.statement === undefined || blocker.statement === '' ? '' : `: ${blocker.statement}`;
  return `${session}${who.length > 0 ? ` (${who.join(', ')})` : ''}${statement}`;
}

function longStatementOf(each: LongStatementAnswer): LongStatement {
  const wait = each.waitsFor;
  return {
    file: each.file ?? '',
    schema: each.schema ?? '',
    line: each.line ?? 0,
    statement: each.statement ?? '',
    since: each.since,
    waitsFor: wait === undefined ? '' : `${wait.what ?? 'another session'}${wait.guess === true ? ' (probably)' : ''}`,
    blockers: (wait?.sessions ?? []).map(blockerText),
  };
}

interface Ended {
  readonly error?: string;
  readonly results?: { readonly versionId?: number; readonly notes?: readonly string[]; readonly tenantsFailed?: number };
  readonly errors?: readonly { readonly message: string }[];
  readonly data?: { readonly createVersion?: { readonly version?: { readonly id?: number } | null } | null } | null;
}

/** The call's answer once the run has ended, of v1 or v2. */
function endOf(answer: Ended | undefined): Pick<Run, 'error' | 'notes' | 'versionId'> {
  return {
    error: answer?.error ?? answer?.errors?.[0]?.message ?? '',
    notes: answer?.results?.notes ?? [],
    versionId: answer?.results?.versionId ?? answer?.data?.createVersion?.version?.id ?? 0,
  };
}

interface RunAnswer extends RunRowAnswer {
  readonly seq?: number;
  readonly progress: ProgressAnswer;
  readonly answer?: Ended;
}

export function runOf(answer: RunAnswer): Run {
  const { progress } = answer;
  const selection = progress.selection;
  return {
    ...rowOf({ ...progress, id: answer.id, state: answer.state, startedAt: answer.startedAt, ...(answer.endedAt === undefined ? {} : { endedAt: answer.endedAt }) }),
    seq: answer.seq ?? progress.seq ?? 0,
    phase: progress.phase ?? '',
    file: progress.file ?? '',
    about: progress.about ?? '',
    executions: progress.executions ?? 0,
    executionsDone: progress.executionsDone ?? 0,
    files: progress.files ?? 0,
    filesDone: progress.filesDone ?? 0,
    wave: progress.wave ?? 0,
    waves: progress.waves ?? 0,
    waveBegin: progress.waveBegin ?? 0,
    waveEnd: progress.waveEnd ?? 0,
    longStatements: (progress.longStatements ?? []).map(longStatementOf),
    failures: (progress.failures ?? []).map((group) => ({
      message: group.message ?? '',
      sqlstate: group.sqlstate ?? '',
      file: group.file ?? '',
      statement: group.statement ?? 0,
      tenants: group.tenants ?? [],
      count: group.count ?? group.tenants?.length ?? 0,
    })),
    failuresLeftOut: progress.failuresLeftOut ?? 0,
    selection: {
      tenants: selection?.tenants ?? [],
      canary: selection?.canary === undefined ? '' : String(selection.canary),
      waves: (selection?.waves ?? []).map(String),
    },
    ...endOf(answer.answer),
  };
}

export async function loadRun(runId: string, signal: AbortSignal): Promise<Run> {
  return runOf(await get<RunAnswer>(`v1/runs/${id(runId)}`, signal));
}

/** The state now, when something has happened since; a small answer else. */
export async function loadProgress(before: Run, signal: AbortSignal): Promise<Run> {
  const answer = await get<RunAnswer>(withQuery(`v1/runs/${id(before.id)}/events`, { since: String(before.seq) }), signal);
  const now = runOf(answer);
  const isOver = now.endedAt !== null;
  return isOver ? { ...(await loadRun(before.id, signal)), seq: now.seq } : now;
}

export async function cancelRun(runId: string): Promise<void> {
  await call(`v1/runs/${id(runId)}`, { method: 'DELETE' });
}

export async function retryRun(runId: string, newId: string): Promise<void> {
  await call(`v1/runs/${id(runId)}/retry`, {
    method: 'POST',
    headers: { Prefer: 'respond-async', 'X-Request-ID': newId },
    body: {},
  });
}

// History

export async function loadVersions(
  after: string,
  signal: AbortSignal,
): Promise<{ readonly versions: readonly VersionRow[]; readonly next: string | null }> {
  const answer = await get<{ versions: readonly VersionRow[]; next: number | null }>(withQuery('v1/versions', { limit: '50', after }), signal);
  return { versions: answer.versions, next: answer.next === null ? null : String(answer.next) };
}

export async function loadVersion(version: string, signal: AbortSignal): Promise<Version> {
  interface File {
    readonly file: string;
    readonly migrationType: number;
    readonly schemas: readonly string[];
    readonly schemasTotal: number;
    readonly checkSum: string;
    readonly source: SourceState;
  }
  const answer = await get<VersionRow & { files: readonly File[] }>(`v1/versions/${id(version)}`, signal);
  return {
    ...answer,
    files: answer.files.map((file) => ({
      file: file.file,
      kind: kindOf(file.migrationType),
      schemas: file.schemasTotal,
      some: file.schemas,
      checkSum: file.checkSum,
      source: file.source,
    })),
  };
}

export async function loadAppliedText(version: string, file: string, signal: AbortSignal): Promise<AppliedText> {
  return get<AppliedText>(withQuery(`v1/versions/${id(version)}/file`, { file }), signal);
}

interface AuditRowAnswer {
  readonly id: number;
  readonly time: string | null;
  readonly outcome: string | null;
  readonly operation: string | null;
  readonly principal: string | null;
  readonly role: string | null;
  readonly address: string | null;
  readonly details: unknown;
  readonly message: string | null;
  readonly versionId: number | null;
}

function detailsOf(details: unknown): string {
  if (typeof details !== 'object' || details === null) return typeof details === 'string' ? details : '';
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

export async function loadAudit(
  after: string,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly AuditRow[]; readonly next: string | null }> {
  const answer = await get<{ rows: readonly AuditRowAnswer[]; next: number | null }>(withQuery('v1/audit', { first: '50', after }), signal);
  return {
    rows: answer.rows.map((row) => ({
      id: row.id,
      time: row.time ?? '',
      outcome: row.outcome ?? '',
      operation: row.operation ?? '',
      principal: row.principal ?? '',
      role: row.role ?? '',
      address: row.address ?? '',
      details: detailsOf(row.details),
      message: row.message ?? '',
      versionId: row.versionId,
    })),
    next: answer.next === null || answer.next === 0 ? null : String(answer.next),
  };
}
