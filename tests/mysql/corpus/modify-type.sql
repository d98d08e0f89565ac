alter table {schema}.orders modify amount bigint;
