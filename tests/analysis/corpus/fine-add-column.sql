alter table {schema}.big add column extra text;
