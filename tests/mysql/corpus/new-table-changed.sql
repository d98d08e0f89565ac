create table {schema}.fresh (id int primary key, n int);
alter table {schema}.fresh modify n bigint, drop column id, add fulltext (n);
truncate {schema}.fresh;
update {schema}.fresh set n = 1;
drop table {schema}.fresh;
