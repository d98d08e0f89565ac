alter table {schema}.small add column y int;
update {schema}.big set n = 2 where n = 1;
