alter table {schema}.big add constraint c foreign key (ref) references {schema}.parent not valid;
