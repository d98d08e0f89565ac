alter table {schema}.orders /*M!100100 drop column note */;
