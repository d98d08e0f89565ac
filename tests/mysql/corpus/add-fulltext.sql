alter table {schema}.orders add fulltext index words (note);
