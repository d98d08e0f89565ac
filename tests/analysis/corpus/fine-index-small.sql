create index small_word on {schema}.small (word);
