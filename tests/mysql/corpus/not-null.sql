alter table {schema}.orders modify note varchar(40) not null;
