alter view {schema}.looks rename column id to number;
