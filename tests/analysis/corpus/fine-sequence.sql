create sequence {schema}.numbers;
