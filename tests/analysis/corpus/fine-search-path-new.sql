set local search_path = {schema}, public;
create table fresh (id int);
create index on fresh (id);
