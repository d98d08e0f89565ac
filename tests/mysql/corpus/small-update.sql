update {schema}.small set n = 1;
