alter table {schema}.big add column made timestamptz not null default now();
