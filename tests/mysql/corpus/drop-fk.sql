alter table {schema}.orders drop foreign key of_customer;
