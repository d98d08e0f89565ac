insert into {schema}.categories (code, title) values
  ('bread', 'Bread and pastry'),
  ('dairy', 'Milk and cheese'),
  ('drinks', 'Drinks');

insert into {schema}.products (sku, title, category, price_cents) values
  ('BR-001', 'Rye loaf, 1 kg', 'bread', 420),
  ('BR-002', 'Butter croissant', 'bread', 180),
  ('DA-001', 'Whole milk, 1 l', 'dairy', 145),
  ('DA-002', 'Mountain cheese, 200 g', 'dairy', 560),
  ('DR-001', 'Apple juice, 1 l', 'drinks', 290),
  ('DR-002', 'Ginger beer; "extra" sharp, 0.33 l', 'drinks', 210);
