set names latin1;
---- end of a message ----
insert into north.t values ('é');
---- end of a message ----
show warnings;
set autocommit = 0;
insert ignore into migrator.migrator_versions (id, name) values (7, 'v7');
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', _utf8mb4 x'736574206E616D6573206C6174696E313B0A696E7365727420696E746F206E6F7274682E742076616C756573202827C3A927293B0A', 'abc', 7);
commit;
