do 1;
show warnings;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'do 1; -- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'abc', 7);
update migrator.migrator_migrations set contents = concat(contents, _utf8mb4 x'C3A9C3A9797979797979797979797979797979797979797979797979797979797979') where id = last_insert_id();
commit;
