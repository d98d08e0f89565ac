alter table {schema}.small set schema public;
