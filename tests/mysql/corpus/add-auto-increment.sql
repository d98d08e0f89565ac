alter table {schema}.orders add column n int not null auto_increment unique;
