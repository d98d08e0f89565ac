-- Keeps orders.total_cents up to date, so that lists need no join.
create trigger {schema}.order_lines_added after insert on order_lines
begin
  update orders set total_cents = total_cents + new.quantity * new.price_cents
  where id = new.order_id;
end;

create trigger {schema}.order_lines_removed after delete on order_lines
begin
  update orders set total_cents = total_cents - old.quantity * old.price_cents
  where id = old.order_id;
end;

create view {schema}.sales_by_day as
select date(placed_at) as day, count(*) as orders, sum(total_cents) as total_cents
from orders
where status <> 'cancelled'
group by date(placed_at);
