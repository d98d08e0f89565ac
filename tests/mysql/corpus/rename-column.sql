alter table {schema}.orders rename column note to other_note;
