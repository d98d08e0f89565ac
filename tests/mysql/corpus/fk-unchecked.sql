set foreign_key_checks = 0;
alter table {schema}.orders add foreign key (amount) references {schema}.customers (id), algorithm=inplace, lock=none;
set foreign_key_checks = 1;
