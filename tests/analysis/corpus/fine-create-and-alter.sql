create table {schema}.fresh (id int, n int);
create index on {schema}.fresh (n);
alter table {schema}.fresh alter column n set not null;
alter table {schema}.fresh drop column n;
drop table {schema}.fresh;
