alter table {schema}.orders add column status text not null default 'open'
  check (status in ('open', 'packed', 'sent', 'cancelled'));

create index {schema}.orders_in_work on orders (placed_at) where status in ('open', 'packed');
