update {schema}.orders set note = '' where id between 1 and 10;
