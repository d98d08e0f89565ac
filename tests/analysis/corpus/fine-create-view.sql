create view {schema}.seen as select * from {schema}.big;
