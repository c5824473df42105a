import type { ServiceAccount } from '@orki/service-accounts-client';
import { CodeBlock } from '../design/code-block.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { curlByAssertion, curlForApi, curlForToken } from '../secret/samples.ts';

/** The two calls of an integration, ready but for its secret, which nobody can show any more. */
export function HowToGetToken({ account }: { readonly account: ServiceAccount }) {
  const { t } = useTexts();
  const { tokenUrl, tenantApiUrl, tenantId } = usePage();
  const { clientId, status, credentials } = account;
  const hasKeys = credentials.type === 'jwks';
  return (
    <section className="panel" aria-labelledby="token">
      <h2 id="token" className="panel-title">
        {t('account.token')}
      </h2>
      <p className="prose">{t(hasKeys ? 'account.token.text.with-keys' : 'account.token.text')}</p>
      {status === 'inactive' && <p className="note">{t('account.token.inactive')}</p>}
      <Step
        title={t('account.token.step1')}
        code={
          hasKeys
            ? curlByAssertion({ clientId, tokenUrl })
            : curlForToken({ clientId, clientSecret: 'YOUR_CLIENT_SECRET', tokenUrl })
        }
      />
      <Step title={t('account.token.step2')} code={curlForApi(tenantApiUrl, tenantId)} />
    </section>
  );
}

function Step({ title, code }: { readonly title: string; readonly code: string }) {
  return (
    <div className="code-sample">
      <div className="code-heading">
        <h3 className="code-title">{title}</h3>
        <CopyButton text={() => code} what={title} />
      </div>
      <CodeBlock label={title}>
        <code dir="ltr" translate="no">
          {code}
        </code>
      </CodeBlock>
    </div>
  );
}
