alter table {schema}.small rename to little;
