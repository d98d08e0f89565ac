-- Every store has a subscription from its first day.
insert into billing.subscriptions (store, plan)
select '{schema}', 'corner'
on conflict (store) do nothing;

do $$
begin
  if not exists (select from billing.subscriptions where store = '{schema}') then
    raise exception 'store {schema} has no subscription';
  end if;
end
$$;
