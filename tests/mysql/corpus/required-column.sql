alter table {schema}.orders add column (more int not null, other int);
