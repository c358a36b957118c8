/** A plain object as an API would send it: about 10 KB as JSON. */
export const sampleObject = {
  page: 1,
  total: 52,
  next: null,
  items: Array.from({ length: 52 }, (_, index) => ({
    id: index + 1,
    name: `customer number ${index}`,
    email: `customer-${index}@example.com`,
    active: index % 3 !== 0,
    balance: index * 17.25,
    tags: ['new', 'paid', `group-${index % 7}`],
    address: { street: `${index} High Street`, city: 'Springfield' },
  })),
}
