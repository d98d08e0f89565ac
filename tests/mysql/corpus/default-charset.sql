alter table {schema}.orders default character set utf8mb4;
