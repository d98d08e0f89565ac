alter table {schema}.orders drop primary key;
