alter table {schema}.big rename to huge;
create index huge_n on {schema}.huge (n);
