alter table {schema}.orders modify customer int comment 'who';
