-- In a folder of single scripts {schema} would be the folder's name: the schema is named in full.
refresh materialized view catalog.price_statistics;
analyze catalog.products;
