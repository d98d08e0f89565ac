alter table {schema}.big add constraint big_n check (n > 0);
