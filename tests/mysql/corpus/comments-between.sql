alter /* x */ table -- it's
 {schema}.orders # drop index
 drop column note;
