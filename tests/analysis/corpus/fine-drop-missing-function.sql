drop function if exists {schema}.nothing();
drop type if exists {schema}.nothing;
