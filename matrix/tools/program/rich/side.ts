export interface Side {
  name: string
}
