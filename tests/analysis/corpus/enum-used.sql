alter type {schema}.mood add value 'wild';
insert into {schema}.feels values ('wild');
