export const price = 1
export const colour = 'red'
export const color = 'blue'
