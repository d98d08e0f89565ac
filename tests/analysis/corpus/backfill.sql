update {schema}.big set note = 'x' where n > 5;
alter table {schema}.small add column y int;
