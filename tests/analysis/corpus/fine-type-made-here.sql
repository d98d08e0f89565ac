create type {schema}.colour as enum ('red');
alter type {schema}.colour rename to color;
