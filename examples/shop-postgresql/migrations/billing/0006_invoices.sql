create table {schema}.subscriptions (
  store text primary key,
  plan varchar(40) not null references {schema}.plans (code),
  since date not null default current_date
);

create table {schema}.invoices (
  id bigint generated always as identity primary key,
  store text not null references {schema}.subscriptions (store),
  month date not null check (extract(day from month) = 1),
  net_cents integer not null check (net_cents >= 0),
  vat_percent numeric(4, 2) not null default 19.00,
  gross_cents integer not null
    generated always as (round(net_cents * (1 + vat_percent / 100))::integer) stored,
  paid_on date,
  unique (store, month)
);

create index invoices_unpaid on {schema}.invoices (month) where paid_on is null;
