alter table {schema}.big alter column n set statistics 500;
