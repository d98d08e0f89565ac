alter table {schema}.big add column s bigint generated always as identity;
