create index by_note on {schema}.orders (note) lock=exclusive;
