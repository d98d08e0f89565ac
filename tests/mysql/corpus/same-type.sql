alter table {schema}.orders modify amount INTEGER comment 'in cents';
