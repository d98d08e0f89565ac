alter table {schema}.big add foreign key (ref) references {schema}.parent;
