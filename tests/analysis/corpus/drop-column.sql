alter table {schema}.big drop column note;
