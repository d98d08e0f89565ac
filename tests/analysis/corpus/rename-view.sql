alter view {schema}.looks rename to sees;
