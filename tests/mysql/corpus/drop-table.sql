drop table if exists {schema}.orders;
