alter table {schema}.orders add constraint of_amount foreign key (amount) references {schema}.customers (id);
