vacuum full {schema}.big;
