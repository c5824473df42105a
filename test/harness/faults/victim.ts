import { startService } from '../../support/live-service.ts';

/** The service in a process that is going to be killed; what it needs is in its environment, where it is on its output. */
const { realm, settings } = JSON.parse(process.env.VICTIM ?? '');
const service = await startService(realm, settings);
console.log(service.url);
