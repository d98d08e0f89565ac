alter table {schema}.big alter column n set not null;
