alter table {schema}.orders modify amount bigint, algorithm=inplace, lock=none;
