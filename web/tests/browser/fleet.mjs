// A service with a real PostgreSQL behind it, and a fleet in which tenants are in every state.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const program = process.env.MIGRATOR_TEST_BINARY;
const server = process.env.MIGRATOR_TEST_POSTGRESQL_URL;

/** Sends SQL to a database, as a superuser; returns what it answers, unaligned. */
export function sql(text, database = 'postgres') {
  const url = server.replace(/\/[^/]*$/, `/${database}`);
  return execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-', url], {
    input: `set client_min_messages = warning;\n${text}`,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  }).trim();
}

const files = {
  'catalog/0001_plans.sql': `create table catalog.plans (
    id int primary key,
    name text not null
);
insert into catalog.plans values (1, 'free'), (2, 'team'), (3, 'enterprise');
`,
  'tenants/0001_customers.sql': `create table {schema}.customers (
    id bigint generated always as identity primary key,
    name text not null,
    email text not null
);
`,
  'tenants/0002_orders.sql': `create table {schema}.orders (
    id bigint generated always as identity primary key,
    customer bigint not null references {schema}.customers,
    total numeric(12, 2) not null default 0,
    placed timestamptz not null default now()
);
create index orders_customer on {schema}.orders (customer);
`,
  'tenants/0003_order_state.sql': `alter table {schema}.orders add column state text not null default 'open';
comment on column {schema}.orders.state is 'open, paid, shipped or cancelled';
`,
};

/** The files that come later, one release each. */
export const releases = {
  'tenants/0004_unique_email.sql': `-- One account per address: support merges the others by hand.
update {schema}.customers set email = lower(email);

alter table {schema}.customers
    add constraint customers_email_key unique (email);
`,
  'tenants/0005_notes.sql': `-- migrator:check select count(*) < 1000000 from {schema}.orders
alter table {schema}.orders add column note text;
`,
  'tenants/0006_invoices.sql': `create table {schema}.invoices (
    id bigint generated always as identity primary key,
    "order" bigint not null references {schema}.orders,
    issued date not null default current_date,
    paid boolean not null default false
);
create index invoices_order on {schema}.invoices ("order");
`,
};
releases['tenant-scripts/views.sql'] = `create or replace view {schema}.open_orders as
    select id, customer, total from {schema}.orders where state = 'open';
`;

/** Waits until `look` gives something; what it throws on the last look is thrown. */
export async function until(what, look, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

export const tokens = Object.fromEntries(['read', 'plan', 'apply', 'admin'].map((role) => [role, randomBytes(32).toString('base64url')]));

export class Site {
  constructor(name, { prefix = '/migrator', keys = '' } = {}) {
    this.database = `console_${name}`;
    this.folder = mkdtempSync(join(tmpdir(), 'console-site-'));
    this.prefix = prefix;
    this.keys = keys;
    this.services = [];
    for (const folder of ['catalog', 'tenants', 'tenant-scripts']) mkdirSync(join(this.folder, 'migrations', folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    sql(`drop database if exists ${this.database} with (force); create database ${this.database};`);
    this.sql('create schema catalog; create table public.accounts (name text primary key);');
    this.config('migrator.yaml', '');
  }

  sql(text) {
    return sql(text, this.database);
  }

  write(path, text) {
    writeFileSync(join(this.folder, 'migrations', path), text);
  }

  config(name, more) {
    const url = server.replace(/\/[^/]*$/, `/${this.database}`);
    writeFileSync(
      join(this.folder, name),
      `baseLocation: ${join(this.folder, 'migrations')}
driver: postgres
dataSource: ${url}
tenantSelect: select name from public.accounts order by name
tenantInsert: insert into public.accounts (name) values ($1)
singleMigrations: [catalog]
tenantMigrations: [tenants]
tenantScripts: [tenant-scripts]
atomicity: tenant
parallelism: 4
retries: 0
port: 0
listenAddress: 127.0.0.1
pathPrefix: ${this.prefix}
slowStatement: 300ms
${this.keys}${more}`,
    );
  }

  /** Accounts with their schemas, which any run may fill. */
  accounts(names) {
    const values = names.map((name) => `('${name}')`).join(',');
    this.sql(`insert into public.accounts values ${values};
do $$ declare n text; begin for n in select name from public.accounts loop execute format('create schema if not exists %I', n); end loop; end $$;`);
  }

  migrator(...words) {
    return execFileSync(program, [...words, '--config', join(this.folder, 'migrator.yaml')], {
      encoding: 'utf8',
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The exit code; what it says goes nowhere. */
  tries(...words) {
    try {
      this.migrator(...words);
      return 0;
    } catch (error) {
      return error.status;
    }
  }

  /** Starts the service; resolves with its address, without the prefix. */
  async serve(config = 'migrator.yaml') {
    const service = spawn(program, ['serve', '--config', join(this.folder, config)], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.services.push(service);
    let log = '';
    service.stderr.setEncoding('utf8');
    service.stderr.on('data', (text) => (log += text));
    await until('the service listens', () => {
      if (service.exitCode !== null) throw new Error(`the service has ended:\n${log}`);
      return /listening on \S+:\d+/.test(log);
    });
    service.log = () => log;
    return { origin: `http://127.0.0.1:${/listening on \S+:(\d+)/.exec(log)[1]}`, process: service };
  }

  close() {
    for (const service of this.services) service.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const width = 4;
export const tenantName = (region, index) => `${region}_${String(index).padStart(width, '0')}`;

/**
 * `size` tenants: most have everything up to 0004, some lag behind, three have failed because of addresses that are there
 * twice, five are new. Two files and a script are pending for all.
 */
export function fleet(name, size, options) {
  const site = new Site(name, options);
  const regions = ['ap', 'eu', 'us'];
  const names = Array.from({ length: size - 5 }, (_, index) => tenantName(regions[index % 3], index));
  site.accounts(names);
  site.migrator('apply', '--name', 'v1.0.0');
  const failing = [names[7], names[Math.floor(size / 2)], names[size - 39]];
  for (const each of failing) {
    site.sql(`insert into "${each}".customers (name, email) values ('Ann Lee', 'ann@example.com'), ('Ann B. Lee', 'Ann@example.com');`);
  }
  site.write('tenants/0004_unique_email.sql', releases['tenants/0004_unique_email.sql']);
  const status = site.tries('apply', '--name', 'v1.1.0', '--tenant', 'eu_*', '--tenant', 'us_*', '--set', 'maxFailures=100');
  if (status !== 6) throw new Error(`some tenants should have failed, and the exit code is ${status}`);
  site.accounts(Array.from({ length: 5 }, (_, index) => `new_${index + 1}`));
  for (const path of ['tenants/0005_notes.sql', 'tenants/0006_invoices.sql', 'tenant-scripts/views.sql']) site.write(path, releases[path]);
  return { site, names, failing: failing.filter((each) => !each.startsWith('ap_')) };
}

export const hash = (token) => createHash('sha256').update(token).digest('hex');
export const tokenKeys = `tokens:\n${Object.entries(tokens).map(([role, token]) => `- ${role}-person ${role} sha256:${hash(token)}`).join('\n')}\n`;
export const here = dirname(new URL(import.meta.url).pathname);
