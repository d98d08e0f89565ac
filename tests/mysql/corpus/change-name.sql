alter table {schema}.orders change column note other_note varchar(40);
