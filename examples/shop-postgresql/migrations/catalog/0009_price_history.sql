create table {schema}.price_changes (
  id bigint generated always as identity primary key,
  sku varchar(40) not null references {schema}.products (sku),
  old_cents integer not null,
  new_cents integer not null,
  changed_at timestamptz not null default now()
);

create function {schema}.remember_price() returns trigger
language plpgsql as $$
begin
  insert into {schema}.price_changes (sku, old_cents, new_cents)
  values (new.sku, old.price_cents, new.price_cents);
  return null;
end;
$$;

create trigger products_price_changed
after update of price_cents on {schema}.products
for each row when (old.price_cents is distinct from new.price_cents)
execute function {schema}.remember_price();
