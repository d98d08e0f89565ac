alter table {schema}.big alter column id set not null;
