set session lock_wait_timeout = 5, sql_mode = 'STRICT_ALL_TABLES';
set @x = 1;
