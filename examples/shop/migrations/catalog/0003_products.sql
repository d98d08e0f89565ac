create table {schema}.categories (
  code text primary key,
  title text not null
);

create table {schema}.products (
  sku text primary key,
  title text not null,
  category text not null references categories (code),
  price_cents integer not null check (price_cents >= 0),
  discontinued_on text
);

create index {schema}.products_by_category on products (category, title);
