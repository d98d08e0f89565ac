alter table {schema}.orders drop column if exists nothing;
drop table if exists {schema}.nothing;
