-- migrator:no-transaction
-- Orders are written all day: the index is built beside the writers, which can't be done inside a
-- transaction. One such statement a file, so that a file that fails has nothing half done.
create index concurrently if not exists orders_by_customer
  on {schema}.orders (customer_id, placed_at desc);
