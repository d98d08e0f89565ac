create table {schema}.fresh (id int, name varchar(40), key (id));
