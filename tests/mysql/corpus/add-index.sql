alter table {schema}.orders add index by_note (note), add key (amount, note(3) desc);
