use {schema};
alter table orders drop column note;
