/** The demo's team and what its three agents say and do: one is wrong and sees it, one is right, one is right and finds more. */

export const massgenYaml = `# Three agents whose replies are written in scenario.yaml: offline, free, the same every time.
# Their tools, workspaces, checks and votes are real. Change a reply and run it again: massgen run "<task>"
# A real model takes the place of a scripted one by its backend, such as
#   backend: { type: openai, model: gpt-5.2, api_key: "\${OPENAI_API_KEY}" }
agents:
  - id: maya
    backend: { type: scripted, scenario: scenario.yaml }
  - id: otto
    backend: { type: scripted, scenario: scenario.yaml }
  - id: rin
    backend: { type: scripted, scenario: scenario.yaml }
`;

export const scenarioYaml = `# What the three agents of massgen.yaml say and do, call by call. The format: docs/scripted-models.md of MassGen.
agents:

  # Quick and sure of itself: makes the two new tests pass, and breaks an old one.
  maya:
    work:
      - think: refill() never looks at burst. That is the hour of silence. And available() hands out fractions.
        call:
          - read_file: { path: src/limiter.js }
          - read_file: { path: docs/report.md }
        rate: 80
      - say: Both belong into refill(). I cap the tokens there and round them down.
        call:
          - edit_file:
              path: src/limiter.js
              old_text: "    tokens += ((time - last) / 1000) * rate;"
              new_text: "    tokens = Math.min(burst, Math.floor(tokens + ((time - last) / 1000) * rate));"
        rate: 80
      - answer: >-
          One line in refill(): tokens are now whole numbers and never more than the burst. Both of your new tests
          pass. The change is small and it works.
        delay: 0.4
      - think: >-
          The evidence of my own answer says that "fractions of a token add up" fails since my change. Rounding in refill()
          throws away what has not grown to a whole token yet. I was wrong.
        vote:
          for: clock that is set back
          reason: >-
            Mine loses fractions: it rounds in refill(), and an old test fails. This one rounds only what it
            reports, all tests pass, and it holds against a clock that is set back.
        rate: 110

  # Careful: runs the checks before and after, and changes as little as it can.
  otto:
    work:
      - say: First what fails, then where.
        call:
          - read_file: { path: docs/report.md }
          - run_checks: { names: [test] }
        rate: 60
      - call:
          - search: { pattern: "available|burst", path: src }
          - read_file: { path: src/limiter.js }
        delay: 0.4
      - say: >-
          The cap belongs into refill(). Rounding does not: three quarters of a token must wait there until they are a whole
          one. So only available() rounds.
        call:
          - edit_file:
              path: src/limiter.js
              old_text: "    tokens += ((time - last) / 1000) * rate;"
              new_text: "    tokens = Math.min(burst, tokens + ((time - last) / 1000) * rate);"
          - edit_file:
              path: src/limiter.js
              old_text: "      return tokens;"
              new_text: "      return Math.floor(tokens);"
          - run_checks:
        rate: 90
      - answer: >-
          refill() caps the tokens at the burst, and available() rounds down what it reports. The bucket itself keeps its
          fractions, so slow clients still get their share. Two lines; lint and all tests pass.
      - vote:
          for: clock that is set back
          reason: >-
            Does what mine does, and its two new tests show that a clock that is set back could have locked clients
            out. The smallest diff of all drops fractions: its evidence shows it.
        delay: 0.8

  # Thorough: the same fix, and a second way to the same harm that nobody had reported.
  rin:
    work:
      - think: Where else could tokens come from, or go? Everything hangs on now().
        call:
          - list_files: { pattern: "{src,test}/*.js" }
          - read_file: { path: src/limiter.js }
          - read_file: { path: test/limiter.test.js }
        rate: 75
      - say: >-
          now() is the wall clock. When it is set back, refill() takes tokens away, and a client is locked out until the
          clock has caught up. I fix that with the cap, in one place.
        call:
          - edit_file:
              path: src/limiter.js
              old_text: |2
                  function refill() {
                    const time = now();
                    tokens += ((time - last) / 1000) * rate;
                    last = time;
                  }
              new_text: |2
                  /** Fractions stay in the bucket until they are whole; a clock that is set back takes nothing out of it. */
                  function refill() {
                    const time = now();
                    const inflow = (Math.max(0, time - last) / 1000) * rate;
                    tokens = Math.min(burst, tokens + inflow);
                    last = time;
                  }
          - edit_file:
              path: src/limiter.js
              old_text: |2
                    /** How many tokens can be taken now. */
                    available() {
                      refill();
                      return tokens;
              new_text: |2
                    /** How many tokens can be taken now, as a whole number. */
                    available() {
                      refill();
                      return Math.floor(tokens);
        rate: 90
      - say: Each of these gets a test.
        call:
          - edit_file:
              path: test/limiter.test.js
              old_text: "test('available() counts whole tokens', () => {"
              new_text: |-
                test('a clock that is set back takes no tokens away', () => {
                  const { take, pass } = setUp({ rate: 1, burst: 2 });
                  pass(-60 * 1000);
                  assert.deepEqual([take(), take(), take()], [true, true, false]);
                });

                test('tokens come back after the clock was set back', () => {
                  const { take, pass } = setUp({ rate: 1, burst: 2 });
                  take(2);
                  pass(-60 * 1000);
                  take();
                  pass(1000);
                  assert.equal(take(), true);
                });

                test('available() counts whole tokens', () => {
          - run_checks:
        rate: 80
      - answer: >-
          refill() caps the tokens at the burst and keeps fractions; available() rounds only what it reports. I also found
          that a clock that is set back locked clients out, fixed it in the same place and added two tests for it. Lint and all
          tests pass, yours and mine.
      - think: One answer rounds in refill(), its evidence shows the harm. The other does just what was asked, in two lines.
        vote:
          for: best
          reason: Right, and the smallest change that is. I would take it if the clock were no concern.
        rate: 110
    present:
      - say: >-
          Idle clients can no longer save up: the bucket is cut at its burst wherever tokens flow in, fractions still add up,
          and available() reports whole tokens. A clock that is set back no longer locks anybody out. Your two tests pass,
          and two new ones hold the clock.
        rate: 100
`;

/** Without pauses: for tests. */
export const withoutPauses = (scenario: string): string => scenario.replace(/^ +(?:delay|rate): [\d.]+\n/gm, '');
