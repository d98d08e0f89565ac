-- On a server this makes the schema. On SQLite it is skipped: migrator attaches the file.
create schema {schema};
