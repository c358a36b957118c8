/** `2026, 42` becomes `2026-000042`, so that numbers sort as text. */
export function invoiceNumber(year: number, sequence: number): string {
  return `${year}-${String(sequence).padStart(6, '0')}`
}
