alter table {schema}.heap add primary key (id);
