insert into north.t values (1);
show warnings;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'begin;
insert into north.t values (1);
commit;
', 'abc', 7);
commit;
