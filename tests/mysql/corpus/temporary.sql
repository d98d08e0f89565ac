create temporary table {schema}.t (n int);
drop temporary table {schema}.t;
