drop view {schema}.looks;
