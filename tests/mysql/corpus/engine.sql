alter table {schema}.orders engine = Aria;
