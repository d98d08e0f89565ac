-- drop table {schema}.orders;
# truncate {schema}.orders;
/* alter table {schema}.orders drop column note; */
select 1;
