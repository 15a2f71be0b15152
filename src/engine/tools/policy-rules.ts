/** The default policy as data: what no agent may do, and what a person is asked for. What no row names is held by the sandbox, or asked without one. */
import type { Condition, Rule } from './policy-rule.js';

const published = 'it publishes or sends something, which cannot be taken back';
const deployed = 'it changes systems beyond your workspace';
const remote = 'it reaches another machine';
const identity = 'it changes who the person is to a service; leave that to the person';
const rights = 'it takes other rights than yours';
const machine = 'it changes the machine itself';
const escapes = 'it starts programs outside of what holds your commands in';
const others = 'it can end processes that are not yours; use stop_command for what you started';
const lasting = 'what it starts would go on after your work has ended';
const daemon = 'the container daemon acts outside of your workspace';
const fetches = 'it needs the network, which is not open';

const deny = (why: string, ...commands: string[]): Rule[] => commands.map((command) => ({ decision: 'deny', command, why }));
const ask = (why: string, ...commands: string[]): Rule[] => commands.map((command) => ({ decision: 'ask', command, why }));
const beyond = (why: string, when: Condition | undefined, ...commands: string[]): Rule[] =>
  commands.map((command) => ({ decision: 'ask', command, why, needs: 'network', beyond: true, ...(when && { when }) }));
const needsNetwork = (...commands: string[]): Rule[] => ask(fetches, ...commands).map((rule) => ({ ...rule, needs: 'network' }));

/** What fetches packages into the folder. */
const fetching: readonly string[] = [
  'npm install|i|in|add|ci|clean-install|update|upgrade|up|create|install-test|it|cit|isntall',
  'pnpm|bun install|i|add|update|upgrade|up|fetch|create',
  'yarn install|add|up|upgrade|create',
  're:^(yarn|bundle)$',
  'pip|pip3 install|download|wheel',
  'uv add|sync|lock|tool',
  'uv pip install|sync|compile',
  'poetry install|add|update|lock',
  'pipenv install|sync|update|lock',
  'pdm|rye install|add|sync|update|lock',
  'bundle install|update|add',
  'composer install|update|require',
  'deno install|add|cache',
  'mix deps.get|deps.update',
];

/** What changes the packages that are installed in the folder, with or without the network. */
export const installing: readonly Rule[] = [
  ...fetching,
  'npm uninstall|un|unlink|remove|rm|r|link|ln|prune|dedupe|ddp|rebuild|rb',
  'npm audit fix',
  'pnpm|bun remove|rm|uninstall|un|unlink|link|prune|dedupe|rebuild|patch-commit|import',
  'yarn remove|unlink|link|dedupe|rebuild|patch-commit|upgrade-interactive',
  'patch-package',
  'pip uninstall',
  'uv remove',
  'uv pip uninstall',
  'poetry|pdm|rye|pipenv remove|uninstall|clean',
  're:^python\\S* (\\S*/)?setup\\.py\\b.*\\b(install|develop)\\b',
  'bundle clean|remove|pristine|lock',
  'mix deps.clean',
  'composer remove|reinstall|dump-autoload|dumpautoload',
  'pod install|update',
].map((command) => ({ decision: 'ask', command, why: 'it installs' }));

const cloud = 'aws|gcloud|az|gsutil|bq|doctl|heroku|flyctl|fly|oci|ibmcloud|scw|hcloud|linode-cli|eb|vercel';

/** What acts beyond the workspace and cannot be taken back, unless it is only tried (`--dry-run`) or stays on this machine. */
const beyondRules: readonly Rule[] = [
  ...beyond(published, 'to-a-remote', 'git push', 'git lfs push', 'hg push', 'jj git push'),
  ...beyond(
    published,
    'for-real',
    'git send-email',
    'git svn dcommit',
    'git p4 submit',
    'hg email',
    'svn commit|ci',
    'npm|pnpm|yarn|bun|cnpm publish|unpublish|deprecate|dist-tag',
    'yarn npm publish|tag',
    'cargo publish|yank',
    'twine upload',
    'poetry|uv|flit|hatch|pdm|rye publish',
    're:^python\\S* (\\S*/)?setup\\.py\\b.*\\bupload\\b',
    'gem push|yank',
    'mvn|mvnw deploy|release:perform|deploy:deploy-file',
    'gradle|gradlew publish|publishPlugins|uploadArchives',
    'nuget push|delete',
    'dotnet nuget push|delete',
    'composer|conan|pod|vcpkg|dart|flutter|opam|luarocks upload|publish|trunk',
    'lerna|changeset publish',
    'semantic-release',
    'np',
    'release-it',
    'goreleaser release',
    'vsce|ovsx publish|unpublish',
    'gh release create|delete|edit|upload|delete-asset',
    'gh pr create|merge|close|comment|edit|review|ready|reopen|lock',
    'gh issue create|close|comment|edit|delete|lock|pin|reopen|transfer',
    'gh repo create|delete|fork|rename|archive|edit|sync|deploy-key',
    'gh gist create|delete|edit|rename',
    'gh workflow run|enable|disable',
    'gh run cancel|delete|rerun',
    'gh label|project|cache|codespace',
    'glab mr|issue|release|repo|ci',
    'hub push|release|pull-request|create|delete|fork',
    'mail|mailx|sendmail|mutt|neomutt|msmtp|ssmtp',
  ),
  ...beyond(published, 'to-a-mail-server', 'swaks'),
  ...beyond(published, 'writes-to-an-api', 'gh|glab api'),
  ...beyond(published, 'to-a-registry', 'docker|podman|nerdctl|buildah|skopeo|crane|oras|helm push|copy'),
  ...beyond(published, undefined, 're:^(docker|podman|nerdctl)\\b.*\\s--push\\b', 'docker|podman compose push'),
  ...beyond(
    deployed,
    'to-a-cluster',
    'kubectl|oc apply|create|delete|replace|patch|edit|scale|rollout|drain|cordon|uncordon|exec|cp|run|expose|set|label|annotate|taint|autoscale|debug|attach',
    'helm install|upgrade|uninstall|delete|rollback',
  ),
  ...beyond(
    deployed,
    'for-real',
    'terraform|tofu|terragrunt apply|destroy|import|taint|untaint|force-unlock',
    'terraform|tofu|terragrunt state mv|rm|push|replace-provider',
    'terraform|tofu|terragrunt workspace new|delete',
    'pulumi up|update|destroy|import|refresh|cancel',
    'pulumi state delete|rename|unprotect',
    'cdk deploy|destroy|bootstrap|import',
    'serverless|sls|sam deploy|remove|delete|rollback',
    'netlify|firebase|wrangler|railway|surge|supabase deploy|publish|delete|rollback|secret|up|link',
    'surge',
    'ansible|ansible-playbook|ansible-pull|salt|puppet|chef-client|knife',
    'cap|fab|dokku|kamal deploy',
  ),
  ...beyond(deployed, 'changes-the-cloud', cloud),
  ...beyond(
    'it changes a database on another machine',
    'to-a-database',
    'psql|pg_restore|createdb|dropdb|mysql|mariadb|mysqlimport|mysqladmin|redis-cli|mongosh|mongo|mongoimport|mongorestore|sqlcmd|clickhouse-client|cqlsh',
  ),
  ...beyond(remote, undefined, 'ssh|sftp|mosh|ssh-copy-id|ftp|lftp|tftp|rsh|rlogin'),
  ...beyond(remote, 'names-a-host', 'rsync|rclone|unison|scp'),
  ...beyond(remote, 'talks-to-a-host', 'telnet|nc|ncat|netcat|socat'),
  ...beyond('it sends data to another machine', 'uploads', 'curl|wget|http|https|xh|httpie|curlie'),
];

/** `a|b` in a row stands for either word; options between the words are skipped; `re:` is a pattern over the simple command. */
export const defaultRules: readonly Rule[] = [
  ...beyondRules,
  ...deny(
    identity,
    'npm|pnpm|yarn|bun|cnpm owner|access|token|adduser|login|logout',
    'yarn npm login',
    'cargo|gem owner|login|signin',
    'docker|podman|nerdctl|buildah|skopeo|crane|oras|helm login',
    'gh|glab auth|ssh-key|gpg-key|secret|variable',
    'ssh-add|ssh-agent',
  ),
  ...deny(
    rights,
    'sudo|su|doas|pkexec|runas|gosu|su-exec|run0|sudoedit|machinectl',
    'passwd|chpasswd|useradd|usermod|userdel|groupadd|visudo|chsh|setcap',
  ),
  ...deny(
    machine,
    'shutdown|reboot|halt|poweroff|telinit',
    're:^mkfs',
    'fdisk|parted|sfdisk|gdisk|wipefs|mkswap|swapon|swapoff|losetup|cryptsetup|diskutil|diskpart',
    're:^dd\\b.*\\bof=/dev/(?!null\\b)',
    'mount|umount|insmod|modprobe|rmmod|sysctl|iptables|ip6tables|nft|ufw|firewall-cmd|chattr|mknod|bcdedit',
  ),
  ...deny(lasting, 'crontab|at|batch|systemctl|service|launchctl|schtasks|rc-service|loginctl'),
  ...deny(
    escapes,
    'systemd-run|dbus-send|gdbus|busctl|osascript|flatpak-spawn|host-spawn|distrobox-host-exec|tmux|screen|zellij|kitty|wezterm|nsenter|emacsclient',
  ),
  ...deny(others, 'pkill|killall|killall5|xkill|taskkill', 're:^kill\\b(\\s+-\\S+)*\\s+-1$', 're:^fuser\\b.*\\s-\\w*k'),
  ...ask(daemon, 'docker|podman|nerdctl|docker-compose|lxc|incus|kubectl|minikube|kind|vagrant|virsh'),
  ...ask('it reads from a service with the person’s identity', 'gh|glab api', cloud),
  ...ask('it opens another program of the person’s', 'xdg-open|open|explorer|code|code-insiders|cursor|wsl'),
  {
    decision: 'ask',
    command: 'curl|wget|http|https|xh|httpie|curlie|nc|ncat|netcat|socat|aria2c',
    when: 'leaves-the-machine',
    needs: 'network',
    why: fetches,
  },
  ...needsNetwork(
    ...fetching,
    'pnpm|yarn dlx',
    're:^(npx|npm exec|npm x)\\s+(-y|--yes)\\b',
    'bunx|uvx',
    'pipx install|run|upgrade',
    'conda|mamba|micromamba install|create|update|env',
    'cargo install|add|fetch|update',
    'go install|get',
    'go mod download|tidy',
    'gem install|update',
    'apt|apt-get|aptitude|dnf|yum|apk|pacman|zypper|brew|port|choco|winget|scoop|snap|flatpak',
    'git clone|fetch|pull|ls-remote',
    'git submodule update|add',
    'git lfs fetch|pull',
    'rustup update|install|toolchain|component|target',
    'nvm|fnm|volta|asdf|mise install|use',
    'playwright install',
  ),
];

/** Commands that only print what they are given: named for machines without a sandbox. */
export const harmless: readonly string[] = ['echo', 'pwd', 'true', 'false', ':'];

/** Options that take no value, so that the word after them is a subcommand. Any other option may take one. */
export const flags: ReadonlySet<string> = new Set([
  ...[
    '--no-pager',
    '-P',
    '--paginate',
    '--bare',
    '--no-optional-locks',
    '--silent',
    '--quiet',
    '-q',
    '--verbose',
    '-y',
    '--yes',
    '--force',
    '-f',
  ],
  ...['--json', '--offline', '--locked', '--frozen', '--debug', '--no-color', '--help', '-h', '--version', '--global', '-g'],
]);

/** Options that take the next word as their value, by program. */
export const valued: Readonly<Record<string, ReadonlySet<string>>> = {
  git: new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path', '--config-env']),
  npm: new Set(['--prefix', '-w', '--workspace', '-C', '--registry', '--userconfig', '--loglevel', '--cache']),
  pnpm: new Set(['-C', '--dir', '--filter', '-F']),
  yarn: new Set(['--cwd']),
  cargo: new Set(['-C', '--config', '-Z', '--color', '--manifest-path']),
  docker: new Set(['-H', '--host', '-c', '--context', '--config', '-l', '--log-level']),
  kubectl: new Set(['-n', '--namespace', '--context', '--kubeconfig', '-s', '--server', '--cluster', '--user', '--as']),
  helm: new Set(['-n', '--namespace', '--kube-context', '--kubeconfig']),
  gh: new Set(['-R', '--repo', '--hostname']),
};

/** Options by which a command that only reads comes to write or to run: an allowed prefix never covers them. */
export const widening: readonly RegExp[] = [
  /^--?out/i,
  /^-o/,
  /^--(ext-diff|textconv|exec|upload-pack|receive-pack|open-files-in-pager|pre|to-command|use-compress-program|compress-program|checkpoint-action|rsh|config|eval|require|import|loader|script-shell|prefix|registry|node-options|rcfile|init-file|delete|in-place)/,
  /^-(c|O|exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls|toolexec)$/,
];

/** Variables that change nothing but how a program prints. */
export const plainVariables: ReadonlySet<string> = new Set([
  'CI',
  'NO_COLOR',
  'FORCE_COLOR',
  'NODE_ENV',
  'DEBUG',
  'TERM',
  'LANG',
  'LC_ALL',
  'TZ',
  'RUST_BACKTRACE',
  'PYTHONUNBUFFERED',
]);
