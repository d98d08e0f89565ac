alter table {schema}.orders partition by hash (id) partitions 4;
