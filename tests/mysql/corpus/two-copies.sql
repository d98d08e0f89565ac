alter table {schema}.orders modify amount bigint;
alter table {schema}.orders convert to character set utf8mb4;
