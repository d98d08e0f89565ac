delete from {schema}.heap where true;
