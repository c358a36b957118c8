export default { test: { globals: true, include: ['dist/**/*.spec.js'] } }
