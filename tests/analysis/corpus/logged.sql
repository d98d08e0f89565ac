alter table {schema}.big set unlogged;
