update {schema}.orders set amount = 1 where id = 1;
alter table {schema}.orders add column more int;
update {schema}.orders set more = 1 where id = 1;
