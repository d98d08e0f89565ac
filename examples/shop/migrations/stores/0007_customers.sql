create table {schema}.customers (
  id integer primary key,
  name text not null,
  email text not null,
  since text not null default current_timestamp
);

-- One account for an address, however it is spelled.
create unique index {schema}.customers_email on customers (lower(email));

create table {schema}.settings (
  name text primary key,
  value text not null
);

insert into {schema}.settings (name, value) values
  ('store', '{schema}'),
  ('currency', 'EUR'),
  ('cart_days', '14');
