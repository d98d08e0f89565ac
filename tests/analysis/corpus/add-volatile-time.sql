alter table {schema}.big add column seen timestamptz default clock_timestamp();
