create index on {schema}.big (n);
create index on {schema}.big (ref);
