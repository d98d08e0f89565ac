alter table {schema}.big add column extra text not null default 'x';
