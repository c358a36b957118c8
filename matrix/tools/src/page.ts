/** What the table of a page has too much and too little, in words. */
export function faultsOfPage(text: string, names: readonly string[]): string[] {
  const rows = [...text.matchAll(/^\| (.+?) +\|.*\|$/gm)]
    .map(([, first = '']) => first)
    .filter((first) => first !== 'setup' && !/^-+$/.test(first))
  return [
    ...names
      .filter((name) => !rows.includes(name))
      .map((name) => `has no row for '${name}', which the matrix runs`),
    ...rows
      .filter((row) => !names.includes(row))
      .map((row) => `has a row for '${row}', which the matrix doesn't run`),
    ...rows
      .filter((row, index) => rows.indexOf(row) !== index)
      .map((row) => `has two rows for '${row}'`),
  ]
}
