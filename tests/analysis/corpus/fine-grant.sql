grant select on {schema}.big to public;
