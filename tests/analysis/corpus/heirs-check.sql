alter table {schema}.base add constraint base_n check (n > 0);
