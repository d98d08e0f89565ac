alter table {schema}.orders modify amount integer(11) unsigned;
