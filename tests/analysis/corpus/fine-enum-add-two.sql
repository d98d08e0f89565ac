alter type {schema}.mood add value 'new';
alter type {schema}.mood add value 'newer' after 'new';
