update migrator.migrator_tenant_state set version_id = 7, state = 'running', file = '/m/stores/002_a.sql', statement = 0, `sqlstate` = '', message = _utf8mb4 x'73746174656D656E74203120696E206C696E6520312C2022637265617465207461626C65206E6F7274682E7420286120696E7429222C207761732061626F757420746F2072756E', changed = utc_timestamp(6) where tenant = 'north';
create table north.t (a int);
insert into north.t values (1);
insert into north.t values (2);
show warnings;
update migrator.migrator_tenant_state set version_id = 7, state = 'running', file = '/m/stores/002_a.sql', statement = 3, `sqlstate` = '', message = _utf8mb4 x'73746174656D656E74203420696E206C696E6520352C2022616C746572207461626C65206E6F7274682E742061646420636F6C756D6E206220696E74222C207761732061626F757420746F2072756E', changed = utc_timestamp(6) where tenant = 'north';
alter table north.t add column b int;
show warnings;
insert ignore into migrator.migrator_versions (id, name) values (7, 'v7');
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'create table north.t (a int);
insert into north.t values (1);
insert into north.t values (2);
-- then
alter table north.t add column b int; -- the end
', 'abc', 7);
delete from migrator.migrator_tenant_state where tenant = 'north';
commit;
