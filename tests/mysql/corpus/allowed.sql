-- migrator:allow column-drop: nobody has asked for it since May
alter table {schema}.orders drop column note;
