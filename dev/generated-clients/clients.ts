import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from '../dependencies.mjs';
import { must } from '../must.ts';
import { root } from '../paths.ts';
import { contract, lives, output } from './folders.ts';
import { openApiGenerator, requireJava } from './openapi-generator.ts';

export interface GeneratedClient {
  readonly name: string;
  readonly generate: (folder: string) => Promise<void>;
  /** Compiles the client with a program that uses it; gives the command that runs this. */
  readonly compile: (folder: string) => Promise<readonly [command: string, ...args: string[]]>;
}

const generators = join(root, 'dev', 'generated-clients', 'generators');
const tool = (path: string): string => join(generators, 'node_modules', path);

/** The clients, with what a user of each generator would write. */
export const generatedClients: readonly GeneratedClient[] = [
  {
    name: 'python',
    generate: (folder) => openApiGenerator('python', folder, { packageName: 'orki_client' }),
    async compile(folder) {
      const environment = output('python-environment');
      const python = join(environment, 'bin', 'python');
      await must('python3', ['-m', 'venv', environment], folder);
      const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      await must(python, [...install, '--requirement', 'requirements.txt'], folder);
      // Python puts the folder of the program first into its path, where the client is then.
      copyFileSync(join(lives('python'), 'life.py'), join(folder, 'life.py'));
      return [python, join(folder, 'life.py')];
    },
  },
  {
    name: 'go',
    generate: (folder) =>
      openApiGenerator('go', join(folder, 'client'), { packageName: 'client', withGoMod: 'false' }),
    async compile(folder) {
      cpSync(lives('go'), folder, { recursive: true });
      await must('go', ['build', '-o', 'life', '.'], folder);
      return [join(folder, 'life')];
    },
  },
  {
    name: 'java',
    generate: (folder) =>
      openApiGenerator(
        'java',
        folder,
        {
          apiPackage: 'orki.api',
          modelPackage: 'orki.model',
          invokerPackage: 'orki',
          openApiNullable: 'false',
          // Without it an edit sends an empty list of permissions, and is refused.
          containerDefaultToNull: 'true',
        },
        '--library=native',
      ),
    async compile(folder) {
      const java = requireJava();
      copyFileSync(join(lives('java'), 'Life.java'), join(folder, 'src', 'main', 'java', 'Life.java'));
      const goals = ['compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'];
      await must('mvn', ['--batch-mode', '--quiet', ...goals], folder, { JAVA_HOME: java.home });
      const libraries = readFileSync(join(folder, 'target', 'classpath'), 'utf8').trim();
      return [
        join(java.home, 'bin', 'java'),
        '-cp',
        `${join(folder, 'target', 'classes')}:${libraries}`,
        'Life',
      ];
    },
  },
  {
    name: 'typescript-fetch',
    generate: (folder) =>
      openApiGenerator('typescript-fetch', join(folder, 'client'), { supportsES6: 'true' }),
    compile: (folder) => compileTypeScript(folder, 'typescript-fetch'),
  },
  {
    name: 'hey-api',
    async generate(folder) {
      await ensureDependencies(generators);
      const args = [
        '--input',
        contract,
        '--output',
        join(folder, 'client'),
        '--client',
        '@hey-api/client-fetch',
      ];
      await must(process.execPath, [tool('@hey-api/openapi-ts/bin/run.js'), ...args], generators);
    },
    compile: (folder) => compileTypeScript(folder, 'hey-api'),
  },
  {
    name: 'orval',
    async generate(folder) {
      await ensureDependencies(generators);
      const target = join(folder, 'client', 'client.ts');
      const args = ['--input', contract, '--output', target, '--client', 'fetch', '--mode', 'single'];
      await must(process.execPath, [tool('orval/dist/bin/orval.mjs'), ...args], generators);
    },
    compile: (folder) => compileTypeScript(folder, 'orval'),
  },
];

async function compileTypeScript(folder: string, name: string): Promise<readonly [string, string]> {
  await ensureDependencies(generators);
  for (const file of ['steps.ts', `${name}.ts`])
    copyFileSync(join(lives('typescript'), file), join(folder, file));
  const compiled = join(folder, 'compiled');
  mkdirSync(compiled, { recursive: true });
  writeFileSync(join(compiled, 'package.json'), '{ "type": "commonjs" }');
  const options = {
    target: 'es2023',
    lib: 'es2023,dom,dom.iterable',
    module: 'commonjs',
    moduleResolution: 'node10',
    esModuleInterop: 'true',
    strict: 'true',
    skipLibCheck: 'true',
    types: 'node',
    typeRoots: join(root, 'node_modules', '@types'),
    rootDir: folder,
    outDir: compiled,
  };
  const flags = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  await must(process.execPath, [tool('typescript/bin/tsc'), ...flags, join(folder, `${name}.ts`)], folder);
  return [process.execPath, join(compiled, `${name}.js`)];
}
