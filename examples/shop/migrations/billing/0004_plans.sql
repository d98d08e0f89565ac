create table {schema}.plans (
  code text primary key,
  title text not null,
  monthly_cents integer not null check (monthly_cents >= 0),
  max_products integer
);

insert into {schema}.plans (code, title, monthly_cents, max_products) values
  ('corner', 'Corner shop', 1900, 200),
  ('market', 'Market hall', 7900, 5000),
  ('chain', 'Chain of stores', 24900, null);
