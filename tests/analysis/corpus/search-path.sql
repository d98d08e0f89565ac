set local search_path to {schema};
create index on big (n);
