update migrator.migrator_tenant_state set version_id = 7, state = 'running', file = '/m/stores/002_a.sql', statement = 0, `sqlstate` = '', message = _utf8mb4 x'73746174656D656E74203120696E206C696E6520322C20226372656174652070726F636564757265206E6F7274682E70282920626567696E2073656C65637420313B20656E64222C207761732061626F757420746F2072756E', changed = utc_timestamp(6) where tenant = 'north';
create procedure north.p()
begin
  select 1;
end; -- any number of results
---- end of a message ----
show warnings;
update migrator.migrator_tenant_state set version_id = 7, state = 'running', file = '/m/stores/002_a.sql', statement = 1, `sqlstate` = '', message = _utf8mb4 x'73746174656D656E74203220696E206C696E6520372C202263616C6C206E6F7274682E702829222C207761732061626F757420746F2072756E', changed = utc_timestamp(6) where tenant = 'north';
call north.p(); -- any number of results
---- end of a message ----
show warnings;
set autocommit = 0;
insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, contents, checksum, version_id) values ('002_a.sql', '/m/stores', '/m/stores/002_a.sql', 2, 'north', 'delimiter //
create procedure north.p()
begin
  select 1;
end//
delimiter ;
call north.p();
', 'abc', 7);
update migrator.migrator_tenant_state set state = 'planned', file = '', statement = 0, `sqlstate` = '', message = '' where tenant = 'north';
commit;
