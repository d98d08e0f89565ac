create index by_note on {schema}.old_style (note);
