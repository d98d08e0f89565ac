-- In a folder of single scripts {schema} would be the folder's name: the schema is named in full.
analyze catalog.products;
analyze catalog.price_changes;
