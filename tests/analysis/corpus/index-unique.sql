create unique index big_u on {schema}.big (n, note);
