-- migrator:no-transaction
create unique index concurrently if not exists big_u on {schema}.big (n, note);
