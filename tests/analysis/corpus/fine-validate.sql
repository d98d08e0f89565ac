alter table {schema}.big validate constraint big_waiting;
