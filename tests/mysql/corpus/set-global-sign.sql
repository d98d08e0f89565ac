set @a = 1, @@global.max_connections = 10;
