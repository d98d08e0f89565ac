alter table {schema}.orders modify place enum('a','b','c');
