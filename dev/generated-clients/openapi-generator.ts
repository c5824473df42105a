import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findJava, type Java } from '../keycloak/java.ts';
import { must } from '../must.ts';
import { root } from '../paths.ts';
import { Problem } from '../problem.ts';
import { contract, output } from './folders.ts';

const project = join(root, 'dev', 'generated-clients', 'generators');
const version = '7.25.0';

/** Java, or a Problem when there is none. */
export function requireJava(): Java {
  const java = findJava();
  if (!java) throw new Problem('Generating clients needs Java 17 or newer, with its compiler.');
  return java;
}

/** Generates a client by openapi-generator, which Maven fetches. */
export async function openApiGenerator(
  generator: string,
  folder: string,
  properties: Readonly<Record<string, string>>,
  ...more: string[]
): Promise<void> {
  const java = requireJava();
  const jar = output(`openapi-generator-cli-${version}.jar`);
  if (!existsSync(jar)) {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    const env = { JAVA_HOME: java.home };
    await must('mvn', ['--batch-mode', '--quiet', goal, `-DoutputDirectory=${output()}`], project, env);
  }
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  await must(
    join(java.home, 'bin', 'java'),
    [
      ...[
        '-jar',
        jar,
        'generate',
        '--input-spec',
        contract,
        '--generator-name',
        generator,
        '--output',
        folder,
      ],
      '--global-property=apiTests=false,modelTests=false,apiDocs=false,modelDocs=false',
      `--additional-properties=${listed.join(',')}`,
      ...more,
    ],
    output(),
  );
}
