alter table {schema}.orders add foreign key (amount) references {schema}.customers (id) on delete cascade;
