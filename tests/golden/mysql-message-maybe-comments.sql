/*!40101 SET NAMES utf8 */;
---- end of a message ----
/*!80000 SET SESSION a = 1 */;
---- end of a message ----
/*M!100100 set @b = 2 */;
---- end of a message ----
do 1;
---- end of a message ----
show warnings;
set autocommit = 0;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', '/*!40101 SET NAMES utf8 */;
/*!80000 SET SESSION a = 1 */;
/*M!100100 set @b = 2 */;
do 1;
', 'abc', 7);
commit;
