update {schema}.orders set note = 'where', amount = (select 1 where true);
