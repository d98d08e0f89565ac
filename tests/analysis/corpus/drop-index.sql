drop index {schema}.big_note;
