create index on {schema}.base (n);
