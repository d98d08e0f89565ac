alter table {schema}.big set (fillfactor = 80);
