drop table {schema}.new_one, {schema}.orders;
