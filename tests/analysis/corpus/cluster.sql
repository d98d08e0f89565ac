cluster {schema}.big using big_pkey;
