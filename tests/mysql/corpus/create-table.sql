create table {schema}.fresh (id int auto_increment, note text not null, primary key (id), foreign key (id) references {schema}.customers (id));
