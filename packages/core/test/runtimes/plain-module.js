export const triple = (number) => 3 * number
export const tripleLater = async (number) => 3 * number
