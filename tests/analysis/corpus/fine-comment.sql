comment on table {schema}.big is 'drop table big';
