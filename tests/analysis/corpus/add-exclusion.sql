alter table {schema}.big add constraint big_x exclude using gist (span with &&);
