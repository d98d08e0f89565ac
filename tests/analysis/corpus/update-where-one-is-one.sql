update {schema}.big set n = n + 1 where 1 = 1;
