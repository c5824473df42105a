export { createServiceAccountsClient, } from './client.js';
export { isProblem, ServiceAccountsError, } from './problem.js';
