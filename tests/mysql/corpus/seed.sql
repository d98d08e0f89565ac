create table {schema}.fresh (id int primary key);
insert into {schema}.fresh values (1);
create table {schema}.fresh2 (id int primary key);
insert into {schema}.fresh2 values (1);
