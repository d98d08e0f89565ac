alter table {schema}.orders modify note varchar(60);
