alter table {schema}.orders add column more varchar(10) default 'x' first;
