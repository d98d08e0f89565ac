alter table {schema}.big alter column short type varchar(80);
