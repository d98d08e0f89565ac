alter table {schema}.orders rename index by_amount to by_sum;
