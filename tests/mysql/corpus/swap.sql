create table {schema}.orders_new like {schema}.orders;
rename table {schema}.orders to {schema}.orders_old, {schema}.orders_new to {schema}.orders;
