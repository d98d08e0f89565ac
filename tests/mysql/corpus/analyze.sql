analyze table {schema}.orders;
