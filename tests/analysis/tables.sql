-- What the files of the corpus work on: `big` has 2000 rows, `small` 40.
create table {schema}.parent (id bigint primary key);
create table {schema}.big (
    id bigint primary key,
    n int,
    ref bigint,
    note text,
    short varchar(20),
    span int4range,
    proved int constraint big_proved check (proved is not null)
);
create unique index big_note on {schema}.big (note);
create table {schema}.heap (id int, n int);
create table {schema}.small (id int primary key, word text not null);
alter table {schema}.small alter column word drop not null, alter column word set not null;
create type {schema}.mood as enum ('sad', 'ok');
create table {schema}.feels (mood {schema}.mood);
create function {schema}.f(i int) returns int language sql as 'select i';
create view {schema}.looks as select id from {schema}.small;
create table {schema}.parts (at int) partition by range (at);
create table {schema}.part1 partition of {schema}.parts for values from (0) to (2000);
create table {schema}.loose (at int);
insert into {schema}.big (id, n, note, proved) select i, i, 'n' || i, i from generate_series(1, 2000) i;
alter table {schema}.big add constraint big_waiting check (n > 0) not valid;
insert into {schema}.parent select i from generate_series(1, 2000) i;
insert into {schema}.heap select i, i from generate_series(1, 2000) i;
insert into {schema}.small select i, 'w' || i from generate_series(1, 40) i;
insert into {schema}.parts select i from generate_series(1, 1999) i;
insert into {schema}.loose select 2000 + i % 1000 from generate_series(1, 2000) i;
create domain {schema}.positive as int check (value > 0);
create domain {schema}.number as int;
create table {schema}.priced (price {schema}.positive);
create table {schema}.base (id int, n int);
create table {schema}.heir () inherits ({schema}.base);
create table {schema}.days (at int) partition by range (at);
create table {schema}.day1 partition of {schema}.days for values from (0) to (10);
create table {schema}.other_days partition of {schema}.days default;
create table {schema}.checked (at int not null constraint checked_at check (at >= 2000 and at < 3000));
create table {schema}.elsewhere (at int not null constraint elsewhere_at check (at >= 0));
create sequence {schema}.numbers;
create function {schema}.at_random() returns int volatile language sql as 'select 1';
create unique index heap_id on {schema}.heap (id);
insert into {schema}.priced select i from generate_series(1, 2000) i;
insert into {schema}.heir select i, i from generate_series(1, 2000) i;
insert into {schema}.days select i from generate_series(1, 1999) i;
insert into {schema}.checked select 2000 + i % 1000 from generate_series(1, 2000) i;
insert into {schema}.elsewhere select 2000 + i % 1000 from generate_series(1, 2000) i;
create materialized view {schema}.sums as select id, n from {schema}.big;
analyze {schema}.big, {schema}.parent, {schema}.heap, {schema}.small, {schema}.parts, {schema}.loose, {schema}.sums, {schema}.priced, {schema}.heir, {schema}.days, {schema}.checked, {schema}.elsewhere;
