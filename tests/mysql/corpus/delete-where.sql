delete from {schema}.orders where id = 4 or true = false;
