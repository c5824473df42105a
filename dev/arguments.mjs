import { parseArgs } from 'node:util';
import { nearest } from '../src/nearest.mjs';
import { commands } from './commands.mjs';

/**
 * What is wrong with the arguments of a command, in words for the person who typed them; undefined when it accepts them.
 * The commands themselves can then read their arguments without a check.
 */
export function findFault(name, args, env = process.env) {
  const { options = {}, passesOn, explainsItself } = commands[name];
  if (passesOn || explainsItself) return undefined;
  const swallowed = Object.keys(options).find((option) => env[`npm_config_${option.replaceAll('-', '_')}`]);
  if (swallowed)
    return `npm keeps --${swallowed} for itself unless it follows two dashes: npm run ${name} -- --${swallowed}`;
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    const fault = faultOf(token, options);
    if (fault) return `${fault}\nnpm run ${name} -- --help shows what it accepts.`;
  }
  return undefined;
}

function faultOf({ kind, name, rawName, value }, options) {
  if (kind === 'positional') return `"${value}" is not an option.`;
  if (kind !== 'option') return undefined;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) {
    const near = nearest(name, Object.keys(options));
    return near ? `There is no option ${rawName}. Did you mean --${near}?` : `There is no option ${rawName}.`;
  }
  if (option.type === 'boolean') return value === undefined ? undefined : `${rawName} takes no value.`;
  if (value === undefined || value.startsWith('--'))
    return `${rawName} needs a value: ${rawName} ${option.value}.`;
  if (option.number && !(Number(value) >= 0)) return `${rawName} needs a number, not "${value}".`;
  if (option.choices && !option.choices.includes(value))
    return `${rawName} takes one of ${option.choices.join(', ')}.`;
  return undefined;
}

/** The help of one command. */
export function describe(name) {
  const { summary, takes, details, options = {}, settings = {}, passesOn } = commands[name];
  const lines = Object.entries(options).map(([option, { value, about, default: usual }]) => [
    `--${option}${value ? ` ${value}` : ''}`,
    typeof usual === 'string' ? `${about} (${usual})` : about,
  ]);
  return [
    `npm ${name === 'test' ? '' : 'run '}${name}${lines.length > 0 || passesOn ? ' -- [options]' : ''}`,
    `\n${capital(summary)}.\nTakes ${takes}.`,
    ...(details ? [`\n${details}`] : []),
    ...section('Options', lines),
    ...(passesOn ? [`\nEvery other argument goes to ${passesOn}.`] : []),
    ...section('Settings, as environment variables', Object.entries(settings)),
  ].join('\n');
}

/** All commands, a line each. */
export function listCommands() {
  const rows = Object.entries(commands).map(([name, { summary, takes }]) => [name, `${summary} · ${takes}`]);
  return [
    'npm run COMMAND [-- options]',
    ...section('Commands', rows),
    '\nnpm run COMMAND -- --help says more.',
  ].join('\n');
}

function section(title, rows) {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([term]) => term.length));
  return [`\n${title}`, ...rows.map(([term, about]) => `  ${term.padEnd(width)}  ${about}`)];
}

const capital = (sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
