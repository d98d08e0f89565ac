delete from {schema}.big;
