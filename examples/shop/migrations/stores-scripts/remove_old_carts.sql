delete from {schema}.cart_lines
where cart_id in (
  select id from {schema}.carts
  where touched_at < datetime(
    'now',
    '-' || (select value from {schema}.settings where name = 'cart_days') || ' days'
  )
);

delete from {schema}.carts
where touched_at < datetime(
  'now',
  '-' || (select value from {schema}.settings where name = 'cart_days') || ' days'
);
