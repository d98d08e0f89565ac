alter table {schema}.old_style add column more int;
