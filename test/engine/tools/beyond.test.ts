import { normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeCommand, type PolicyConfig, policyFrom } from '../../../src/engine/tools/policy.js';

const judge = (command: string, config: PolicyConfig = {}, files: Readonly<Record<string, string>> = {}) =>
  judgeCommand(policyFrom(config), command, { sandboxed: true, read: (path) => files[normalize(path)] });

/** Commands that stay where they are, beside their likes that do not (policy.test.ts has more of those). */
const here = [
  'git push ../backup.git main',
  'git push ./mirror.git',
  'git push file:///tmp/x.git',
  'git push --dry-run origin main',
  'npm publish --dry-run',
  'npm publish --registry http://localhost:4873',
  'npm publish --registry=http://127.0.0.1:4873/',
  'cargo publish --dry-run',
  'twine upload --repository-url http://localhost:8080 dist/*.whl',
  'docker push localhost:5000/app',
  'kubectl apply --dry-run=client -f x.yaml',
  'kubectl --context kind-test apply -f x.yaml',
  'helm upgrade --kube-context minikube a b',
  'terraform plan',
  'terraform workspace list',
  'curl -X POST -d @x http://localhost:3000/api',
  'psql -c "select 1"',
  'psql -h localhost mydb',
  'psql postgres://me:pw@127.0.0.1/db',
  'psql "host=/var/run/postgresql dbname=x"',
  'mysql -h127.0.0.1 x',
  'redis-cli -h localhost FLUSHALL',
  'redis-cli FLUSHALL',
  'mongosh mydb',
  'mongosh mongodb://localhost:27017/x',
  'swaks --server localhost:1025 --to a@b.c',
  'rsync -a a/ b/',
  'scp a b',
  'nc -z example.com 80',
  'nc -l 8080',
  'aws s3 ls s3://bucket',
  'aws ec2 describe-instances',
  'gcloud compute instances list',
  'az vm list',
  'vercel dev',
  'gh api repos/x/y',
  'gh pr view 3',
  'gh pr list',
  'npm run build',
  'firebase emulators:start',
  'git commit -m "git push"',
  'grep -rn "npm publish" .',
];

const beyond = [
  'git push',
  'git push origin HEAD:main',
  'git push https://github.com/x/y main',
  'git push git@github.com:x/y main',
  'git push "$REMOTE"',
  'git push --dry-run=no origin',
  'npm publish --registry https://registry.example.com',
  'npm publish --registry=http://localhost:1 --registry https://registry.example.com',
  'npx -y npm publish',
  'npm exec -- npm publish',
  'sh -c "time nohup npm publish"',
  'cat names | xargs -n1 npm unpublish',
  'twine upload dist/*',
  'helm push chart oci://registry.example.com',
  'docker push registry.example.com/app',
  'docker push "$IMAGE"',
  'kubectl apply --dry-run=none -f x',
  'kubectl --context prod delete ns x',
  'vercel',
  'vercel --prod',
  'fly deploy',
  'heroku ps:scale web=1',
  'heroku run rake db:drop',
  'aws s3 cp a s3://b/c',
  'aws s3 rm s3://b --recursive',
  'aws lambda invoke --function-name f out',
  'gcloud compute instances delete x',
  'az group delete -n x',
  'ansible-playbook site.yml',
  'ssh host uptime',
  'rsync -a . me@host:/srv',
  'scp x host:/tmp',
  'rclone sync . remote:bucket',
  'echo hi | mail -s x a@b.c',
  'swaks --to a@b.c',
  'curl -X DELETE https://api.example.com/x',
  'curl --json @x https://api.example.com',
  'curl -sd x=1 https://api.example.com',
  'wget --post-data=x https://example.com',
  'http example.com a=b',
  'xh PUT example.com/x',
  'nc example.com 25',
  'psql -h db.example.com -c "drop table x"',
  'psql "postgres://u:p@db.example.com/x"',
  'psql "host=db.example.com dbname=x"',
  'psql "$DATABASE_URL"',
  'mysql --host=db.example.com',
  'redis-cli -u redis://cache.example.com FLUSHALL',
  'mongosh mongodb+srv://cluster.example.net/x',
  'gh api -X DELETE repos/x/y',
  'gh api repos/x/y/issues -f title=x',
  'gh release create v1',
  'glab mr create',
  'serverless deploy',
];

describe('what acts beyond the workspace', () => {
  it.each(beyond)('%j does', (command) => expect(judge(command).beyond).toBe(true));
  it.each(here)('%j does not', (command) => expect(judge(command).beyond).toBeUndefined());

  it('wherever the network is open, and needs it open for its one time', () => {
    expect(judge('curl -d x https://example.com', { network: 'open' })).toMatchObject({ decision: 'ask', beyond: true });
    expect(judge('npm publish').needs).toBe('network');
  });

  it('is allowed by its name, never by that of its wrapper, and is still known for what it is', () => {
    expect(judge('npm publish', { allow: ['npm publish'] })).toMatchObject({ decision: 'allow', beyond: true, needs: 'network' });
    expect(judge('npm publish && git push', { allow: ['npm publish'] })).toMatchObject({ decision: 'ask', beyond: true });
    expect(judge('npm publish', { deny: ['npm publish'] }).decision).toBe('deny');
  });
});

describe('scripts of the folder', () => {
  const packageJson = JSON.stringify({
    scripts: {
      release: 'npm run build && npm run out',
      out: 'npm publish --access public',
      build: 'tsc',
      postbuild: 'echo done',
      postdeploy: 'curl -X POST https://hooks.example.com',
      deploy: 'node deploy.js',
      loop: 'npm run loop',
    },
  });
  const Makefile =
    'all: build\n\tgo test ./...\nbuild:\n\tgo build\nPHONY: ship\nship: build tag\n\t@echo shipping\ntag:\n\t-git push $(REMOTE) --tags\nv := 1\n';
  const files = {
    'package.json': packageJson,
    Makefile,
    'sub/package.json': packageJson,
    'sub/ship.sh': '#!/bin/sh\nset -e\nexec kubectl apply -f .\n',
    'go.py': '#!/usr/bin/env python3\n# git push\n',
    justfile: 'default:\n  cargo test\npublish:\n  cargo publish\n',
  };

  it.each([
    'npm run release',
    'yarn release',
    'pnpm run -s out',
    'npm run deploy',
    'cd sub && npm run out',
    'npm --prefix sub run release',
    'make ship',
    'make tag REMOTE=origin',
    'make -C . ship',
    'bash sub/ship.sh',
    './sub/ship.sh',
    '(cd sub; ./ship.sh --fast)',
    'just publish',
  ])('%j does what its script does', (command) => expect(judge(command, {}, files)).toMatchObject({ beyond: true, decision: 'ask' }));

  it.each(['npm run build', 'npm test', 'make', 'make build', 'npm run loop', 'node go.py', './go.py', 'just', 'bash missing.sh'])(
    '%j does not',
    (command) => expect(judge(command, {}, files)).toMatchObject({ decision: 'allow' }),
  );

  it('says which script it is', () => {
    expect(judge('make ship', {}, files).why).toBe('it publishes or sends something, which cannot be taken back (by tag of Makefile)');
  });
});
