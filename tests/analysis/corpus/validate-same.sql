alter table {schema}.big add constraint c check (n > 1) not valid;
alter table {schema}.big validate constraint c;
