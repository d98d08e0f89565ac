alter table {schema}.big alter column n type bigint;
