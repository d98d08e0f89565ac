create table {schema}.fresh (id int not null, unique (id)) engine=InnoDB;
