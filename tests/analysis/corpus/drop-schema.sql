drop schema {schema}_old cascade;
