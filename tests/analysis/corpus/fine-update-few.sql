update {schema}.small set word = 'b' where id = 3;
