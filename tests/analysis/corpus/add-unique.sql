alter table {schema}.big add constraint big_n_key unique (n);
