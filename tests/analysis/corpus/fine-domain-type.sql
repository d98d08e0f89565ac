alter table {schema}.big alter column proved type {schema}.number;
