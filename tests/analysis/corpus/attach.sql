alter table {schema}.parts attach partition {schema}.loose for values from (2000) to (3000);
