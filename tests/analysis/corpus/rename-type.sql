alter type {schema}.mood rename to temper;
