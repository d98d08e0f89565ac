-- migrator:no-transaction
drop index concurrently if exists {schema}.big_note;
