truncate {schema}.orders;
