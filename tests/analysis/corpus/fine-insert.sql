insert into {schema}.small values (100, 'drop table'), (101, 'x');
