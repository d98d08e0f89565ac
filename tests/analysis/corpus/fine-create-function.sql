create function {schema}.g() returns int language sql as 'delete from big; select 1';
