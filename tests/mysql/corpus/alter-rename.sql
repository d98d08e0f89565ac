alter table {schema}.orders rename to {schema}.purchases;
