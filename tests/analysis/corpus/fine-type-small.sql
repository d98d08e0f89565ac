alter table {schema}.small alter column id type bigint;
