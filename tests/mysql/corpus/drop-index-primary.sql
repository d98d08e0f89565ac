drop index `PRIMARY` on {schema}.orders;
