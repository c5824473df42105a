import type { Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'isPending'> {
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** Whether what it started is under way: it keeps the focus then, and does nothing. */
  readonly isPending?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: string;
}

/** A button with a text. */
export function Button({ variant = 'secondary', icon, isPending = false, children, ...props }: ButtonProps) {
  const { onPress, type = 'button', ...rest } = props;
  return (
    // react-aria's own pending state leaves an image without a name in the document when the button goes.
    <AriaButton
      {...rest}
      type={isPending ? 'button' : type}
      {...(isPending && { 'aria-disabled': true, 'data-pending': true })}
      onPress={(event) => {
        if (!isPending) onPress?.(event);
      }}
      className={`button button-${variant}`}
    >
      {isPending ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'aria-label'> {
  readonly icon: IconName;
  readonly label: string;
}

/** A button whose drawing stands for its label. */
export function IconButton({ icon, label, ...props }: IconButtonProps) {
  return (
    <AriaButton {...props} aria-label={label} className="icon-button">
      <Icon name={icon} />
    </AriaButton>
  );
}
