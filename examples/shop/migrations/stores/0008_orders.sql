create table {schema}.orders (
  id integer primary key,
  customer_id integer not null references customers (id),
  placed_at text not null default current_timestamp,
  total_cents integer not null default 0
);

-- The product is in another file (schema catalog), out of reach for a foreign key of SQLite; the
-- price is what was paid then.
create table {schema}.order_lines (
  order_id integer not null references orders (id) on delete cascade,
  sku text not null,
  quantity integer not null check (quantity > 0),
  price_cents integer not null,
  primary key (order_id, sku)
);

create index {schema}.orders_by_customer on orders (customer_id, placed_at);
