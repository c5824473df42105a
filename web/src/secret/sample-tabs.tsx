import { useCallback } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { Button } from '../design/button.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { useTexts } from '../i18n/text.ts';
import { type Sample, samples } from './samples.ts';
import type { SecretBox } from './secret-box.ts';
import { UntrackedText } from './untracked-text.tsx';

interface SampleProps {
  readonly box: SecretBox;
  readonly username: string;
}

/** The credentials as curl, as files to keep, and in code; each made when it is looked at. */
export function SampleTabs(props: SampleProps) {
  const { t } = useTexts();
  return (
    <Tabs className="tabs">
      <TabList className="tab-list" aria-label={t('secret.samples')}>
        {samples.map(({ name }) => (
          <Tab key={name} id={name} className="tab">
            <bdi dir="ltr">{t(`secret.sample.${name}`)}</bdi>
          </Tab>
        ))}
      </TabList>
      {samples.map((sample) => (
        <TabPanel key={sample.name} id={sample.name} className="tab-panel">
          <SampleText sample={sample} {...props} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

function SampleText({ sample, box, username }: SampleProps & { readonly sample: Sample }) {
  const { t } = useTexts();
  const { file } = sample;
  const write = useCallback(
    () =>
      sample.write({ clientId: box.clientId, clientSecret: box.read(), tokenUrl: box.tokenUrl, username }),
    [sample, box, username],
  );
  const name = t(`secret.sample.${sample.name}`);
  return (
    <div className="code-sample">
      <UntrackedText write={write} className="code" label={name} isBlock />
      <div className="code-actions">
        <CopyButton text={write} what={t('secret.what.sample', { sample: name })} />
        {file && (
          <Button
            icon="download"
            aria-label={t('action.download-what', { file })}
            onPress={() => download(file, write())}
          >
            {t('action.download')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Saves a text as a file; the address that stands for it is good for this one click. */
function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
