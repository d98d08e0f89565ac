create table {schema}.customers (id int primary key, name varchar(40), email varchar(100)) engine=InnoDB;
create table {schema}.orders (
  id int primary key, customer int not null, note varchar(40), amount int, place enum('a', 'b'),
  code char(3), remark varchar(200), key by_amount (amount), key by_customer (customer),
  constraint of_customer foreign key (customer) references {schema}.customers (id)
) engine=InnoDB default charset=latin1;
create table {schema}.small (id int primary key, n int, note varchar(40)) engine=InnoDB;
create table {schema}.logs (id int primary key, note varchar(40)) engine=InnoDB
  partition by range (id) (partition p0 values less than (1000), partition p1 values less than (2000));
create table {schema}.old_style (id int primary key, note varchar(40)) engine=MyISAM;
create table {schema}.`my ``odd``, table.` (id int primary key, `a b` int) engine=InnoDB;
create view {schema}.large_orders as select * from {schema}.orders where amount > 100;
create procedure {schema}.tidy() delete from {schema}.logs where id < 0;
create trigger {schema}.orders_changed after update on {schema}.orders for each row set @changed = 1;
insert into {schema}.customers select seq, concat('c', seq), concat('e', seq) from seq_1_to_200;
insert into {schema}.orders (id, customer, note, amount, place) select seq, seq, 'x', seq, 'a' from seq_1_to_200;
insert into {schema}.small select seq, seq, 'x' from seq_1_to_5;
insert into {schema}.logs select seq, 'x' from seq_1_to_200;
insert into {schema}.old_style select seq, 'x' from seq_1_to_200;
insert into {schema}.`my ``odd``, table.` select seq, seq from seq_1_to_200;
analyze table {schema}.customers, {schema}.orders, {schema}.small, {schema}.logs, {schema}.`my ``odd``, table.`;
