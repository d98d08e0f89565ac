delete from {schema}.orders order by id limit 10;
