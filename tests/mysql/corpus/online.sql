alter table {schema}.orders add index by_note (note), algorithm=inplace, lock=none;
