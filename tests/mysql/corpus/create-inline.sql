create table if not exists {schema}.fresh (id serial, customer int references {schema}.customers (id));
