module.exports = { testEnvironment: 'node', testMatch: ['<rootDir>/dist/**/*.spec.js'] }
