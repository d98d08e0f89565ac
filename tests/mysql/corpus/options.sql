alter table {schema}.orders comment='drop table', auto_increment=1000 stats_persistent=1;
