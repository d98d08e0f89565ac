create table {schema}.day2 partition of {schema}.days for values from (5000) to (6000);
