ALTER TABLE "{schema}"."small" DROP COLUMN IF EXISTS "word";
