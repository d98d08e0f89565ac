create fulltext index words on {schema}.orders (note);
