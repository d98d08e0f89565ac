create table {schema}.fresh (id int primary key);
rename table {schema}.fresh to {schema}.fresher;
alter table {schema}.fresher engine=Aria;
