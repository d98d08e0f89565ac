lock tables {schema}.orders write, {schema}.customers read;
unlock tables;
