optimize table {schema}.orders;
