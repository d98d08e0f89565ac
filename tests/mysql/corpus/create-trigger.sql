create trigger {schema}.counted before insert on {schema}.orders for each row set new.amount = 1;
