insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', '-- nothing to do
', 'abc', 7);
commit;
