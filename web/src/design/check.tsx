import { Checkbox, type CheckboxProps } from 'react-aria-components';
import { Icon } from './icon.tsx';

interface CheckProps extends Omit<CheckboxProps, 'className' | 'children'> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly description?: string;
  /** Why it is disabled. */
  readonly reason?: string | undefined;
  /** The name that programs use. */
  readonly code?: string;
}

/** A check box with its text, or with a label for screen readers alone. */
export function Check({ label, isLabelHidden = false, description, reason, code, ...props }: CheckProps) {
  return (
    <Checkbox {...props} className="check" {...(isLabelHidden && { 'aria-label': label })}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className="check-box" aria-hidden="true">
            {isIndeterminate ? <Icon name="dash" /> : isSelected ? <Icon name="check" /> : null}
          </span>
          {!isLabelHidden && (
            <span className="check-text">
              <span>{label}</span>
              {description && <span className="check-description">{description}</span>}
              {code && (
                <code className="check-code">
                  <bdi dir="ltr">{code}</bdi>
                </code>
              )}
              {reason && <span className="reason">{reason}</span>}
            </span>
          )}
        </>
      )}
    </Checkbox>
  );
}
