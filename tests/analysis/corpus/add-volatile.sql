alter table {schema}.big add column token uuid default gen_random_uuid();
