insert into {schema}.small select id + 1000, word from {schema}.small;
