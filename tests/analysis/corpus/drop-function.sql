drop function if exists {schema}.f(int);
