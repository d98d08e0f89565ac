with gone as (delete from {schema}.heap returning id) select count(*) from gone;
