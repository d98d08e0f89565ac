create view {schema}.assortment as
select p.sku, p.title, c.title as category, p.price_cents
from {schema}.products p
join {schema}.categories c on c.code = p.category
where p.discontinued_on is null;

create materialized view {schema}.price_statistics as
select category, count(*) as products, min(price_cents) as lowest, max(price_cents) as highest
from {schema}.products
group by category;
