set global max_connections = 10;
