// What the screens show. lib/service.ts makes it of the answers of the API.

export const states = ['failed', 'unfinished', 'planned', 'lagging', 'unmanaged', 'current'] as const;
/** Of a tenant, the ones to look at first. */
export type TenantState = (typeof states)[number];

/** A run did not end well for a tenant. */
export interface Trouble {
  readonly file: string | null;
  readonly line: number;
  /** As a whole; empty when it is not known. */
  readonly statement: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly changed: string;
  readonly versionId: number;
  /** What to do; empty when the service has no hint. */
  readonly hint: string;
}

export interface TenantRow {
  readonly tenant: string;
  readonly state: TenantState;
  /** The last file up to which none is missing; null when the first one is. */
  readonly level: string | null;
  /** Files that others have. */
  readonly missing: number;
  readonly message: string;
  readonly file: string | null;
}

export interface Level {
  readonly file: string | null;
  readonly tenants: number;
}

export interface Fleet {
  readonly tenants: number;
  readonly states: Readonly<Record<TenantState, number>>;
  /** In source order. */
  readonly levels: readonly Level[];
  readonly rows: readonly TenantRow[];
  /** How many tenants fit the filter. */
  readonly matching: number;
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

export interface FleetFilter {
  readonly state: TenantState | '';
  readonly level: string;
  readonly search: string;
  readonly after: string;
}

export const stateTexts: Readonly<Record<TenantState, { readonly name: string; readonly tone: 'good' | 'warn' | 'bad' | 'info' | 'calm'; readonly about: string }>> = {
  failed: { name: 'failed', tone: 'bad', about: 'The last run failed for this tenant and was rolled back there.' },
  unfinished: { name: 'unfinished', tone: 'warn', about: 'A run is working for this tenant, or was interrupted there.' },
  planned: { name: 'planned', tone: 'info', about: 'A run has planned files for this tenant, or left them for the next run.' },
  lagging: { name: 'lagging', tone: 'warn', about: 'This tenant is missing files that other tenants have.' },
  unmanaged: { name: 'unmanaged', tone: 'calm', about: 'No file is recorded for this tenant.' },
  current: { name: 'current', tone: 'good', about: 'This tenant has every file that any tenant has.' },
};

export interface AppliedFile {
  readonly id: number;
  readonly file: string;
  readonly versionId: number;
  readonly versionName: string;
  readonly created: string;
}

export interface Tenant {
  readonly tenant: string;
  readonly state: TenantState;
  readonly level: string | null;
  readonly missing: readonly string[];
  /** What the next apply brings, without scripts. */
  readonly pending: readonly string[];
  /** Newest first. */
  readonly files: readonly AppliedFile[];
  /** Including those that are not listed. */
  readonly filesTotal: number;
  readonly trouble: Trouble | null;
}

export type Kind = 'SingleMigration' | 'TenantMigration' | 'SingleScript' | 'TenantScript';

export interface Finding {
  readonly file: string;
  readonly rule: string;
  /** info, warning or danger. */
  readonly level: string;
  readonly line: number;
  readonly message: string;
}

export interface PlanFile {
  readonly file: string;
  readonly kind: Kind;
  readonly executions: number;
  /** The first few schemas that it runs for. */
  readonly schemas: readonly string[];
  readonly checks: readonly { readonly line: number; readonly check: string }[];
  /** Applied already, and comes after this file; null when there is none. */
  readonly late: string | null;
  readonly outsideTransaction: boolean;
}

export interface PlanPhase {
  readonly name: string;
  readonly files: readonly PlanFile[];
}

export interface Plan {
  readonly phases: readonly PlanPhase[];
  readonly tenants: number;
  readonly tenantsBehind: number;
  readonly executions: number;
  /** Tenants that miss files which others have: the first few. */
  readonly behind: readonly { readonly tenant: string; readonly files: number }[];
  /** What would end an apply now. */
  readonly refusal: string;
  readonly changed: readonly string[];
  readonly moved: readonly { readonly from: string; readonly to: string }[];
  readonly missingFiles: readonly string[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  readonly notes: readonly string[];
  readonly waves: readonly Wave[];
  readonly command: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
}

export interface Analysis {
  readonly findings: readonly Finding[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  /** Why there is none; empty when there is. */
  readonly problem: string;
}

export interface FileText {
  readonly contents: string;
  readonly truncated: boolean;
  readonly schema: string | null;
}

export interface CheckReport {
  readonly asked: number;
  readonly failed: readonly {
    readonly file: string;
    readonly line: number;
    readonly check: string;
    readonly schemas: readonly { readonly schema: string; readonly message: string }[];
  }[];
}

export interface Selection {
  readonly name: string;
  readonly dryRun: boolean;
  readonly reconcile: boolean;
  /** Names and patterns; none: all. */
  readonly tenants: readonly string[];
  readonly canary: string;
  readonly waves: readonly string[];
  /** Tenants that may fail, a number or a percentage; empty: as configured. */
  readonly maxFailures: string;
}

export interface Wave {
  readonly name: string;
  readonly tenants: number;
  /** The first few. */
  readonly some: readonly string[];
}

export type RunState = 'queued' | 'waiting' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';

export interface LongStatement {
  readonly file: string;
  readonly schema: string;
  readonly line: number;
  readonly statement: string;
  readonly since: string;
  /** In words; empty when it waits for nobody. */
  readonly waitsFor: string;
  readonly blockers: readonly string[];
}

export interface FailureGroup {
  /** "{tenant}" stands where the message names it. */
  readonly message: string;
  readonly sqlstate: string;
  readonly file: string;
  /** Statements of the file that are known to have run. */
  readonly statement: number;
  /** The first of them. */
  readonly tenants: readonly string[];
  readonly count: number;
}

export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly dryRun: boolean;
  readonly askedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly tenants: number;
  readonly tenantsDone: number;
  readonly tenantsFailed: number;
}

export interface Run extends RunRow {
  readonly seq: number;
  readonly phase: string;
  readonly file: string;
  readonly about: string;
  readonly executions: number;
  readonly executionsDone: number;
  readonly files: number;
  readonly filesDone: number;
  /** The step that works, from 1; 0 without steps. */
  readonly wave: number;
  readonly waves: number;
  /** How many tenants the steps before it had, and how many it brings up in all. */
  readonly waveBegin: number;
  readonly waveEnd: number;
  readonly longStatements: readonly LongStatement[];
  readonly failures: readonly FailureGroup[];
  readonly failuresLeftOut: number;
  /** Of the whole run; empty when it ended well or goes on. */
  readonly error: string;
  readonly notes: readonly string[];
  readonly versionId: number;
  readonly selection: { readonly tenants: readonly string[]; readonly canary: string; readonly waves: readonly string[] };
}

export const isOver = (state: RunState): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

export interface VersionRow {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly createdBy: string | null;
}

/** Whether a file is today as it was applied. */
export type SourceState = 'same' | 'changed' | 'missing';

export interface VersionFile {
  readonly file: string;
  readonly kind: Kind;
  readonly schemas: number;
  /** The first of them. */
  readonly some: readonly string[];
  readonly checkSum: string;
  readonly source: SourceState;
}

export interface Version extends VersionRow {
  readonly files: readonly VersionFile[];
}

export interface AppliedText {
  readonly asApplied: string;
  readonly now: string | null;
  readonly source: SourceState;
  readonly truncated: boolean;
}

export interface AuditRow {
  readonly id: number;
  readonly time: string;
  readonly outcome: string;
  readonly operation: string;
  readonly principal: string;
  readonly role: string;
  readonly address: string;
  readonly details: string;
  readonly message: string;
  readonly versionId: number | null;
}
