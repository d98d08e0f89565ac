create table {schema}.subscriptions (
  store text primary key,
  plan text not null references plans (code),
  since text not null default current_date
);

create table {schema}.invoices (
  id integer primary key,
  store text not null references subscriptions (store),
  month text not null check (month glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
  amount_cents integer not null,
  paid_on text,
  unique (store, month)
);

create index {schema}.invoices_unpaid on invoices (month) where paid_on is null;
