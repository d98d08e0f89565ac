alter table {schema}.orders change note other_note text;
