alter table {schema}.orders add twice int as (amount * 2) persistent;
