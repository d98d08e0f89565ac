drop procedure {schema}.tidy;
