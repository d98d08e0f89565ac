alter table {schema}.big add constraint big_ref foreign key (ref) references {schema}.parent (id);
