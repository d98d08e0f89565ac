ALTER TABLE `{schema}` . `orders`
  DROP COLUMN `note`;
