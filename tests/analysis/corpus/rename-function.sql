alter function {schema}.f(int) rename to g;
