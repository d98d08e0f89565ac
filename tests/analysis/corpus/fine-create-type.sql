create type {schema}.level as enum ('low', 'high');
