create table {schema}.price_changes (
  id integer primary key,
  sku text not null references products (sku),
  old_cents integer not null,
  new_cents integer not null,
  changed_at text not null default current_timestamp
);

-- Inside a trigger of SQLite, names have no schema: it stays in its own file.
create trigger {schema}.products_price_changed
after update of price_cents on products
when old.price_cents <> new.price_cents
begin
  insert into price_changes (sku, old_cents, new_cents)
  values (new.sku, old.price_cents, new.price_cents);
end;
