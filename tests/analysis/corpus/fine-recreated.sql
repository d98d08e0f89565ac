drop table if exists {schema}.never_there;
create table {schema}.never_there (id int);
alter table {schema}.never_there add primary key (id);
