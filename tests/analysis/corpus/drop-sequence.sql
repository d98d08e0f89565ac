drop sequence {schema}.numbers;
