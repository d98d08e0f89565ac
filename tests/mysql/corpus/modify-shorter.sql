alter table {schema}.orders modify column note varchar(10);
