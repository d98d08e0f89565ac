lock table {schema}.big;
