/*!50003 drop table {schema}.orders */;
