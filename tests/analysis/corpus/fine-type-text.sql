alter table {schema}.big alter column short type text;
