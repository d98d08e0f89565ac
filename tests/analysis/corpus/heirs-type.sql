alter table {schema}.base alter column n type bigint;
