-- migrator:allow index-not-concurrent: nobody works on Sunday
create index big_n on {schema}.big (n);
