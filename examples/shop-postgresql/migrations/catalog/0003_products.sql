create table {schema}.categories (
  code varchar(40) primary key,
  title text not null
);

create table {schema}.products (
  sku varchar(40) primary key,
  title text not null,
  category varchar(40) not null references {schema}.categories (code),
  price_cents integer not null check (price_cents >= 0),
  discontinued_on date,
  search tsvector generated always as (to_tsvector('simple', title || ' ' || sku)) stored
);

create index products_by_category on {schema}.products (category, title);
create index products_search on {schema}.products using gin (search);

comment on column {schema}.products.search is 'Words of title and SKU; read with @@.';
