alter table {schema}.parts attach partition {schema}.checked for values from (2000) to (3000);
