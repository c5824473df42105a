import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { compiledMessages } from './messages-plugin.ts';

export const client = {
  find: '@orki/service-accounts-client',
  replacement: fileURLToPath(new URL('../packages/client/src/index.ts', import.meta.url)),
};

/** The oldest that know `light-dark()`; the styles need nothing newer. */
export const browsers = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

const service = process.env.SERVICE_URL ?? 'http://127.0.0.1:3000';

/** The stand-alone page, as the service serves it. Relative addresses let it lie below any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [compiledMessages(), react(), serviceConfiguration(), preloadedShell(), compressedFiles()],
  resolve: { alias: [client], dedupe: ['openapi-fetch'] },
  build: {
    target: 'es2023',
    cssTarget: browsers,
    outDir: 'dist/page',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': service },
  },
});

/** While developing, Vite puts the configuration into the page, as the service does. */
function serviceConfiguration(): Plugin {
  return {
    name: 'service-configuration',
    apply: 'serve',
    transformIndexHtml: (_html, { server }) => {
      const publicUrl = `http://127.0.0.1:${server?.config.server.port}`;
      const issuer = process.env.ISSUER ?? 'http://127.0.0.1:8080/realms/orki';
      const content = JSON.stringify({
        issuer,
        clientId: 'orki-frontend',
        publicUrl,
        tenantApiUrl: publicUrl,
      });
      return [{ tag: 'meta', attrs: { name: 'settings-page', content }, injectTo: 'head' }];
    },
  };
}

/** Lets a browser fetch the shell with the script that imports it, and not only when that has run. */
function preloadedShell(): Plugin {
  return {
    name: 'preloaded-shell',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const shell = Object.values(bundle).find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith('/src/shell/shell.tsx'),
        );
        if (shell?.type !== 'chunk') throw new Error('The bundle has no chunk of the shell.');
        return [shell.fileName, ...shell.imports]
          .filter((name) => !html.includes(name))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${name}` },
            injectTo: 'head' as const,
          }));
      },
    },
  };
}

/** Puts a compressed copy beside each script and style, so that the service never compresses while it answers. */
function compressedFiles(): Plugin {
  let folder = '';
  return {
    name: 'compressed-files',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir, 'assets');
    },
    closeBundle: () => {
      for (const name of readdirSync(folder)) {
        const content = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}
