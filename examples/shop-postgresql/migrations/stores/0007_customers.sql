create table {schema}.customers (
  id bigint generated always as identity primary key,
  name text not null,
  email text not null,
  since timestamptz not null default now()
);

-- One account for an address, however it is spelled.
create unique index customers_email on {schema}.customers (lower(email));

create table {schema}.settings (
  name text primary key,
  value text not null
);

insert into {schema}.settings (name, value) values
  ('store', '{schema}'),
  ('currency', 'EUR'),
  ('cart_days', '14');
