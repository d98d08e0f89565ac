alter table {schema}.days attach partition {schema}.checked for values from (2000) to (3000);
