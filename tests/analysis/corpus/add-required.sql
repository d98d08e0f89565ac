alter table {schema}.small add column must int not null;
