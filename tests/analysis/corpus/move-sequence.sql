alter sequence {schema}.numbers set schema public;
