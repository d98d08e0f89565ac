alter table {schema}.small alter column word drop not null;
