insert into {schema}.small values (5, 'alter table big add primary key (id)');
