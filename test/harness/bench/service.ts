import type { Replica, ServiceRequest } from '../replica.ts';
import { type Contestant, grantedPermissions, type Operation, pageSize, type Subject } from './contestant.ts';

const asked: Record<Operation, (subject: Subject) => ServiceRequest> = {
  list: () => ({ path: `?limit=${pageSize}` }),
  get: ({ id }) => ({ path: `/${id}` }),
  create: ({ username }) => ({
    method: 'POST',
    body: { username, mode: 'custom', permissions: grantedPermissions },
  }),
  edit: ({ id }) => ({ method: 'PATCH', path: `/${id}`, body: { description: `edited ${Math.random()}` } }),
  regenerate: ({ id }) => ({ method: 'POST', path: `/${id}/regenerate-secret` }),
  deactivate: ({ id }) => ({ method: 'POST', path: `/${id}/deactivate` }),
  activate: ({ id }) => ({ method: 'POST', path: `/${id}/activate` }),
  delete: ({ id }) => ({ method: 'DELETE', path: `/${id}` }),
};

/** The service itself, asked as the Orki frontend asks it. */
export const theService = (replica: Replica): Contestant => ({
  name: 'service',
  async run(operation, subject) {
    const { status, text, body } = await replica.request(asked[operation](subject));
    if (status >= 300) throw new Error(`service: ${operation}: ${status} ${text}`);
    return operation === 'create' ? { id: body.id, username: subject.username } : undefined;
  },
});
