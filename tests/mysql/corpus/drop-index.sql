drop index by_amount on {schema}.orders;
