create table {schema}.carts (
  id bigint generated always as identity primary key,
  customer_id bigint references {schema}.customers (id),
  touched_at timestamptz not null default now()
);

create table {schema}.cart_lines (
  cart_id bigint not null references {schema}.carts (id) on delete cascade,
  sku varchar(40) not null references catalog.products (sku),
  quantity integer not null default 1 check (quantity > 0),
  primary key (cart_id, sku)
);

create function {schema}.remove_old_carts() returns bigint
language sql as $body$
  with removed as (
    delete from {schema}.carts
    where touched_at < now() - make_interval(
      days => (select value::integer from {schema}.settings where name = 'cart_days')
    )
    returning 1
  )
  select count(*) from removed;
$body$;
