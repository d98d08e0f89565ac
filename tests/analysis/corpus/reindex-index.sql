reindex index {schema}.big_note;
