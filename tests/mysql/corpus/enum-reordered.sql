alter table {schema}.orders modify place enum('b', 'a');
