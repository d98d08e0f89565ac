create view {schema}.open_amounts as
select store, count(*) as invoices, sum(amount_cents) as open_cents, min(month) as oldest
from invoices
where paid_on is null
group by store;
