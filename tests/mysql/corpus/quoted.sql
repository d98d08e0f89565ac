select 'drop table x' as `drop table {schema}.orders`, "truncate {schema}.orders";
