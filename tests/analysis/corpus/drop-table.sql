drop table if exists {schema}.big;
