create index if not exists big_low on {schema}.big (lower(note)) where n > 0;
