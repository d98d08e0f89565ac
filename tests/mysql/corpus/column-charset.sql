alter table {schema}.orders modify note varchar(40) character set utf8mb4;
