-- Keeps orders.total_cents up to date, so that lists need no join.
create function {schema}.sum_order() returns trigger
language plpgsql as $$
declare
  changed_order bigint := coalesce(new.order_id, old.order_id);
begin
  update {schema}.orders
  set total_cents = (
    select coalesce(sum(line_cents), 0) from {schema}.order_lines where order_id = changed_order
  )
  where id = changed_order;
  return null;
end;
$$;

create trigger order_lines_changed
after insert or update or delete on {schema}.order_lines
for each row execute function {schema}.sum_order();

create view {schema}.sales_by_day as
select placed_at::date as day, count(*) as orders, sum(total_cents) as total_cents
from {schema}.orders
where status <> 'cancelled'
group by placed_at::date;
