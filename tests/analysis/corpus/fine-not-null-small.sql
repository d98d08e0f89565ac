alter table {schema}.small alter column word set not null;
