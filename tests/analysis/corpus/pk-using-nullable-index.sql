alter table {schema}.heap add constraint heap_pk primary key using index heap_id;
