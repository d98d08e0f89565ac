-- migrator:no-transaction
create index concurrently big_n on {schema}.big (n);
