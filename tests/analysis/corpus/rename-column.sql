alter table {schema}.small rename column word to term;
