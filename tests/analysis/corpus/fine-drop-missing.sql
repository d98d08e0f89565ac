drop table if exists {schema}.never_there;
