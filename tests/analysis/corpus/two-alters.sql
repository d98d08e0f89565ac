alter table {schema}.big alter column n type bigint;
alter table {schema}.big add constraint c check (n > 1);
