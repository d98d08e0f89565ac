delete from {schema}.orders where 1 = 1;
