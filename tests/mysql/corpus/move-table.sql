rename table {schema}.orders to archive.orders;
