alter table {schema}.big alter column n set default 5;
