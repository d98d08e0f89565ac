alter table {schema}.big alter column note type text collate "C";
