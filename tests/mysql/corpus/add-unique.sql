alter table {schema}.orders add constraint u unique key by_code (code);
