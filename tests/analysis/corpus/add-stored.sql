alter table {schema}.big add column twice int generated always as (n * 2) stored;
