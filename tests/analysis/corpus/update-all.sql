update {schema}.big set n = 1;
