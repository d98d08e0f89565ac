alter table {schema}.orders add column more int;
