create table {schema}.carts (
  id integer primary key,
  customer_id integer references customers (id),
  touched_at text not null default current_timestamp
);

create table {schema}.cart_lines (
  cart_id integer not null references carts (id) on delete cascade,
  sku text not null,
  quantity integer not null default 1 check (quantity > 0),
  primary key (cart_id, sku)
);
