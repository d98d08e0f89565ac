alter table {schema}.big enable row level security;
