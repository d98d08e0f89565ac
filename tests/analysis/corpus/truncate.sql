truncate {schema}.small;
