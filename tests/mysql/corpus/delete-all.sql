delete from {schema}.orders;
