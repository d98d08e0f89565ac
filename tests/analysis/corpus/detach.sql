alter table {schema}.parts detach partition {schema}.part1;
