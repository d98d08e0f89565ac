create or replace function {schema}.f(i int) returns int language sql as 'select i';
