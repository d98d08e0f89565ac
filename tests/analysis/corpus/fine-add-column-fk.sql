alter table {schema}.big add column p bigint references {schema}.parent;
