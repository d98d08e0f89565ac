insert into north.t values ('it''s');
update north.t set a = 2;
show warnings;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'insert into north.t values (''it''''s'');
update north.t set a = 2;
', 'abc', 7);
commit;
