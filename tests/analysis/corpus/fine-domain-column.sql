alter table {schema}.big add column price {schema}.number;
