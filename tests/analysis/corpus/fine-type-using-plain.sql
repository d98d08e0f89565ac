alter table {schema}.big alter column short type varchar(60) using short::varchar(60);
