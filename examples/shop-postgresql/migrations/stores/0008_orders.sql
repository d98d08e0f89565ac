create type {schema}.order_status as enum ('open', 'packed', 'sent', 'cancelled');

create table {schema}.orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references {schema}.customers (id),
  placed_at timestamptz not null default now(),
  status {schema}.order_status not null default 'open',
  total_cents integer not null default 0
);

-- Products belong to everybody: a foreign key into the schema of the catalog.
create table {schema}.order_lines (
  order_id bigint not null references {schema}.orders (id) on delete cascade,
  sku varchar(40) not null references catalog.products (sku),
  quantity integer not null check (quantity > 0),
  price_cents integer not null,
  line_cents integer not null generated always as (quantity * price_cents) stored,
  primary key (order_id, sku)
);
