import { type AccountState, rolesOfGrant, type Write, type WriteKind } from './account-model.ts';
import { grants } from './races/contestant.ts';
import { pick, type Random } from './random.ts';

const shareThatRevokes = 0.2;

/** A write of a kind that changes what an account is, as far as that is up to it. */
export function randomWrite(kind: WriteKind, tag: string, { roles }: AccountState, random: Random): Write {
  switch (kind) {
    case 'edit':
      return { kind, description: tag };
    case 'mode': {
      const others = grants.filter((grant) => String(rolesOfGrant(grant)) !== String(roles));
      return { kind, grant: pick(random, others) };
    }
    case 'regenerate':
    case 'overlap':
    case 'deactivate':
      return { kind, revokes: random() < shareThatRevokes };
    case 'keys':
      return { kind, kid: tag };
    default:
      return { kind };
  }
}
