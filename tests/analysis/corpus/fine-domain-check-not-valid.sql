alter domain {schema}.positive add constraint below_a_million check (value < 1000000) not valid;
