alter table {schema}.big add constraint u unique using index big_note;
