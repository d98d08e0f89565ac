create table {schema}.part3 partition of {schema}.parts for values from (5000) to (6000);
