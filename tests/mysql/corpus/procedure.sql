delimiter //
create procedure {schema}.clean() begin delete from {schema}.orders; drop table {schema}.orders; end //
delimiter ;
