rename table {schema}.orders to {schema}.purchases;
