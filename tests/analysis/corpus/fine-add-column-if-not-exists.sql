alter table {schema}.big add column if not exists n int;
