create view {schema}.v as select * from {schema}.orders;
