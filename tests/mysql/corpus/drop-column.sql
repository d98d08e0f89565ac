alter table {schema}.orders drop column note, drop if exists place;
