set sql_log_bin = 0;
insert into {schema}.orders (id, customer) values (1001, 1);
set sql_log_bin = 1;
