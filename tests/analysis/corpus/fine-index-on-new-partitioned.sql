create table {schema}.log (at date, n int) partition by range (at);
create index on {schema}.log (at);
