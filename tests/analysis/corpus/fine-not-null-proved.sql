alter table {schema}.big alter column proved set not null;
