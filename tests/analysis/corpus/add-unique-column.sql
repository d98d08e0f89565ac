alter table {schema}.big add column code text unique;
