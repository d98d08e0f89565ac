create index big_n on {schema}.big (n);
