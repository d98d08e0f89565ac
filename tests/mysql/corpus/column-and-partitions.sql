alter table {schema}.orders drop column place partition by key (id) partitions 2;
