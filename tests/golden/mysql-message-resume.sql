update migrator.migrator_tenant_state set version_id = 7, state = 'running', file = '/m/stores/002_a.sql', statement = 1, `sqlstate` = '', message = _utf8mb4 x'73746174656D656E74203220696E206C696E6520322C2022637265617465207461626C65206E6F7274682E7520286120696E7429222C207761732061626F757420746F2072756E', changed = utc_timestamp(6) where tenant = 'north';
create table north.u (a int);
show warnings;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'create table north.t (a int);
create table north.u (a int);
', 'abc', 7);
update migrator.migrator_tenant_state set state = 'planned', file = '', statement = 0, `sqlstate` = '', message = '' where tenant = 'north';
commit;
