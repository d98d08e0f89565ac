alter table {schema}.small add column m int;
create table {schema}.fresh as select * from {schema}.big;
