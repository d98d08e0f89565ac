alter table {schema}.big add column s bigserial;
