/**
 * What is to be done after a failure that may have come from the end of a stack: `afterwards.then(…)`, when the code that runs now has
 * returned and this thread is blocked no more. To do it at once takes stack, too. That is also why nothing of ours is called around it:
 * a function that has not been compiled yet could not be called there.
 */
export const afterwards = Promise.resolve()
