insert into {schema}.orders (id, customer, note) values (1001, 1, 'delete from orders; drop table orders');
