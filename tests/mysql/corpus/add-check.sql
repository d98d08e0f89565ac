alter table {schema}.orders add constraint positive check (amount > 0);
