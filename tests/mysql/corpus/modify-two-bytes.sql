alter table {schema}.orders modify remark varchar(300);
