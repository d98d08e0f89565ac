create table {schema}.favourites (
  customer_id integer not null references customers (id) on delete cascade,
  sku text not null,
  since text not null default current_timestamp,
  primary key (customer_id, sku)
) without rowid;
