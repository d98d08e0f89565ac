create unique index by_code on {schema}.orders (code);
