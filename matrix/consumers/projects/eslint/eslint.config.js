import { checkSpelling } from './dictionary.js'

const spelling = {
  create: (context) => ({
    VariableDeclarator({ id }) {
      const found = checkSpelling(id.name)
      if (found) context.report({ node: id, message: `${found.word} (found in ${found.place})` })
    },
  }),
}

export default [
  {
    files: ['linted/*.js'],
    plugins: { words: { rules: { spelling } } },
    rules: { 'words/spelling': 'error' },
  },
]
