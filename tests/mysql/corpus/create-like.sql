create table {schema}.fresh like {schema}.orders;
