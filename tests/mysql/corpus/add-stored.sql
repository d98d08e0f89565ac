alter table {schema}.orders add column twice int generated always as (amount * 2) stored;
