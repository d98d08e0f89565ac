alter table {schema}.small modify n bigint, add foreign key (n) references {schema}.customers (id);
