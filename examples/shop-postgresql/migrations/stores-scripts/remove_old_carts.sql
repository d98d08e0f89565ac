select {schema}.remove_old_carts();
