alter table {schema}.big drop constraint if exists nothing;
