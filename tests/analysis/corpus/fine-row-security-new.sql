create table {schema}.fresh (id int);
alter table {schema}.fresh enable row level security;
