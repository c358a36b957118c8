// Whether the numbers that pages quote are those that were measured.

/** @returns The numbers with a unit that stand in the page's tables and nowhere in the results, a line each. */
export function faultsOfNumbers(page: string, results: string): string[] {
  const measured = new Set(numbersIn(results))
  return page.split('\n').flatMap((line, index) =>
    line.startsWith('|')
      ? numbersIn(line)
          .filter((number) => !measured.has(number))
          .map((number) => `line ${index + 1}: ${number} is none of the results`)
      : [],
  )
}

/** Thousands are set apart by one space or another. */
function numbersIn(text: string): string[] {
  return [...text.matchAll(/\d[\d.]*(?:\s\d{3})*\s(?:µs|MB)/g)].map(([number]) =>
    number.replaceAll(/\s/g, ' '),
  )
}
