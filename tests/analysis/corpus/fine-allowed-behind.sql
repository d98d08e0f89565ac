create index big_n on {schema}.big (n); -- migrator:allow index-not-concurrent: nobody works then
