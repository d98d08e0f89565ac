drop table {schema}.parent cascade;
