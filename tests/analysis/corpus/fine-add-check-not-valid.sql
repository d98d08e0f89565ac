alter table {schema}.big add constraint c check (n > 0) not valid;
