alter table {schema}.big alter column note type text using upper(note);
