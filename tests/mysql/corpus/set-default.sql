alter table {schema}.orders alter column amount set default 4;
