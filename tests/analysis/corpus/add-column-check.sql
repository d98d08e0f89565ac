alter table {schema}.big add column k int check (k > 0);
