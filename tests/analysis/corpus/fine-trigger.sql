create trigger t before insert on {schema}.small for each row execute function suppress_redundant_updates_trigger();
