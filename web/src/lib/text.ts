const numbers = new Intl.NumberFormat('en-US');

/** 12345 as "12,345". */
export function number(value: number): string {
  return numbers.format(value);
}

/** "1 tenant", "1,000 tenants"; `many` where an s does not do. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** "3.2%"; never "100%" or "0%" for what is only nearly so. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0%';
  const exact = (part / whole) * 100;
  if (exact > 0 && exact < 0.1) return '< 0.1%';
  if (exact < 100 && exact > 99.9) return '> 99.9%';
  return `${exact >= 10 || Number.isInteger(exact) ? Math.round(exact) : exact.toFixed(1)}%`;
}

/** The last part of the identity of a file, which is a path or a URL. */
export function fileName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Its directory, as far as it tells files of one name apart: "migrations/tenants". */
export function folder(file: string): string {
  const parts = file.split('/');
  return parts.slice(Math.max(0, parts.length - 3), -1).join('/');
}

/** As an argument of a POSIX shell. */
export function shellQuoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A whole command line. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellQuoted).join(' ');
}
