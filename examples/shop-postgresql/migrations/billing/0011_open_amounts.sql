create view {schema}.open_amounts as
select store, count(*) as invoices, sum(gross_cents) as open_cents, min(month) as oldest
from {schema}.invoices
where paid_on is null
group by store;
