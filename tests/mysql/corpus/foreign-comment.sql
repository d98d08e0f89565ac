select 1;
/*!80000 drop table {schema}.orders */;
/*M!990000 truncate {schema}.orders */;
