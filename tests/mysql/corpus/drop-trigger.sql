drop trigger if exists {schema}.orders_changed;
