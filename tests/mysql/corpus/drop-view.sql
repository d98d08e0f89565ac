drop view {schema}.large_orders;
