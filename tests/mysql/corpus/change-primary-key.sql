alter table {schema}.orders drop primary key, add primary key (id, customer);
