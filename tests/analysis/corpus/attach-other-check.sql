alter table {schema}.parts attach partition {schema}.elsewhere for values from (2000) to (3000);
