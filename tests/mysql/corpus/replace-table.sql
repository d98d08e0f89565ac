create or replace table {schema}.orders (id int primary key);
