grant select on {schema}.* to 'reader'@'%';
