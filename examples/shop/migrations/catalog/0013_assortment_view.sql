create view {schema}.assortment as
select p.sku, p.title, c.title as category, p.price_cents
from products p
join categories c on c.code = p.category
where p.discontinued_on is null;
