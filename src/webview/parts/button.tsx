/** Buttons: the editor's own look, a label always, busy while what they began is not done. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { type ComponentChildren, h } from 'preact';

interface ButtonProps {
  onClick(): void;
  children: ComponentChildren;
  /** The one thing to do next. */
  primary?: boolean | undefined;
  disabled?: boolean | undefined;
  title?: string | undefined;
  /** Where the words alone do not say what it acts on. */
  label?: string | undefined;
  class?: string | undefined;
  pressed?: boolean | undefined;
}

export function Button({ onClick, children, primary = false, disabled = false, title, label, pressed, class: name }: ButtonProps) {
  const props = {
    class: `button ${name ?? ''}`,
    secondary: !primary,
    disabled,
    title,
    'aria-label': label,
    'aria-disabled': disabled ? 'true' : undefined,
    'aria-pressed': pressed,
    onClick: (event: Event) => {
      event.stopPropagation();
      if (!disabled) onClick();
    },
  };
  return h('vscode-button', props, children);
}

interface IconButtonProps {
  /** A codicon. */
  icon: string;
  label: string;
  onClick(): void;
  pressed?: boolean;
  expanded?: boolean;
}

export function IconButton({ icon, label, onClick, pressed, expanded }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      <span class={`codicon codicon-${icon}`} aria-hidden="true" />
    </button>
  );
}

/** A button that reads as words: for actions beside a text. */
export function Link({ onClick, children, label }: { onClick(): void; children: ComponentChildren; label?: string | undefined }) {
  return (
    <button type="button" class="link" aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}
