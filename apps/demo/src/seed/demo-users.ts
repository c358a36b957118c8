/** Who can sign in to the demo; printed when it starts. */
export const demoUsers = [
  { email: 'clerk@desk.example', name: 'The clerk', password: 'paper-and-ink' },
  { email: 'auditor@desk.example', name: 'The auditor', password: 'every-last-cent' },
] as const
