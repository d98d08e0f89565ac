reindex table {schema}.big;
