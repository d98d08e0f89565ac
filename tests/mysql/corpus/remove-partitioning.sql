alter table {schema}.logs remove partitioning;
