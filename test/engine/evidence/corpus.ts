/** Small real projects, one for each runner: a base that passes, and a change that breaks one test. */
import type { Files } from './fake-store.js';

export interface Project {
  name: string;
  /** The program without which it is skipped, aloud. */
  needs: readonly string[];
  /** In every `npm test`; the others in `npm run test:evidence`. */
  isSample?: boolean;
  base: Files;
  change: Files;
  /** Lines of the evidence. */
  says: readonly (string | RegExp)[];
}

const RUBY = { 'lib/sum.rb': 'def sum(a, b) = a + b\n' };
const RUBY_WRONG = { 'lib/sum.rb': 'def sum(a, b) = a - b\n' };

export const corpus: readonly Project[] = [
  {
    name: 'Go',
    needs: ['go'],
    base: {
      'go.mod': 'module example.com/shop\n\ngo 1.21\n',
      'sum.go': 'package shop\n\nfunc Sum(a, b int) int { return a + b }\n',
      'sum_test.go':
        'package shop\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {\n\tt.Run("of two", func(t *testing.T) {\n\t\tif Sum(1, 2) != 3 {\n\t\t\tt.Fatal("no")\n\t\t}\n\t})\n}\n\nfunc TestOther(t *testing.T) {}\n',
    },
    change: { 'sum.go': 'package shop\n\nfunc Sum(a, b int) int { return a - b }\n' },
    says: ['build: passed', 'test: failed: 1 passed, 2 failed', '  newly failing: example.com/shop > TestSum/of_two'],
  },
  {
    name: 'Cargo',
    needs: ['cargo'],
    base: {
      'Cargo.toml': '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/lib.rs': 'pub fn sum(a: i32, b: i32) -> i32 {\n    a + b\n}\n',
      'tests/sum.rs': '#[test]\nfn adds() {\n    assert_eq!(shop::sum(1, 2), 3);\n}\n',
    },
    change: { 'src/lib.rs': 'pub fn sum(a: i32, b: i32) -> i32 {\n    a - b\n}\n' },
    says: ['build: passed', 'test: failed: 0 passed, 1 failed', '  newly failing: adds'],
  },
  {
    name: 'CMake and CTest',
    needs: ['cmake', 'cc'],
    base: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.10)\nproject(shop C)\nenable_testing()\nadd_executable(unit unit.c)\nadd_test(NAME adds COMMAND unit)\n',
      'unit.c': 'int main(void) { return 0; }\n',
    },
    change: { 'unit.c': 'int main(void) { return 1; }\n' },
    says: ['build: passed', 'test: failed: 0 passed, 1 failed', '  newly failing: adds'],
  },
  {
    name: 'Maven',
    needs: ['mvn', 'javac'],
    base: {
      'pom.xml':
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>shop</artifactId><version>1</version><properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties><dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.2</version><scope>test</scope></dependency></dependencies><build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin></plugins></build></project>\n',
      'src/main/java/com/example/Shop.java':
        'package com.example;\npublic class Shop { public static int sum(int a, int b) { return a + b; } }\n',
      'src/test/java/com/example/ShopTest.java':
        'package com.example;\nimport static org.junit.jupiter.api.Assertions.*;\nimport org.junit.jupiter.api.*;\nclass ShopTest { @Test void adds() { assertEquals(3, Shop.sum(1, 2)); } }\n',
    },
    change: {
      'src/main/java/com/example/Shop.java':
        'package com.example;\npublic class Shop { public static int sum(int a, int b) { return a - b; } }\n',
    },
    // Where its artifacts are not in the person's repository it cannot run, and says so.
    says: [/^(test: failed: 0 passed, 1 failed|test: not run \(Maven artifacts would have to be downloaded)/m],
  },
  {
    name: 'Gradle',
    needs: ['gradle', 'javac'],
    base: {
      'settings.gradle': "rootProject.name = 'shop'\n",
      // Where Debian has its packages; elsewhere they come from the usual place.
      'build.gradle':
        "apply plugin: 'java'\nrepositories {\n  maven { url '/usr/share/maven-repo' }\n  mavenCentral()\n}\ndependencies { testImplementation 'junit:junit:4.+' }\n",
      'src/main/java/Shop.java': 'public class Shop { public static int sum(int a, int b) { return a + b; } }\n',
      'src/test/java/ShopTest.java':
        'import static org.junit.Assert.*;\nimport org.junit.Test;\npublic class ShopTest { @Test public void adds() { assertEquals(3, Shop.sum(1, 2)); } }\n',
    },
    change: { 'src/main/java/Shop.java': 'public class Shop { public static int sum(int a, int b) { return a - b; } }\n' },
    says: [/^(test: failed: 0 passed, 1 failed|test: not run \(artifacts of Gradle would have to be downloaded)/m],
  },
  {
    name: 'RSpec',
    needs: ['rspec'],
    base: {
      ...RUBY,
      'spec/spec_helper.rb': '',
      'spec/sum_spec.rb': 'require_relative "../lib/sum"\nRSpec.describe("sum") { it("adds") { expect(sum(1, 2)).to eq 3 } }\n',
    },
    change: RUBY_WRONG,
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: spec/sum_spec.rb > sum adds'],
  },
  {
    name: 'Rake and Minitest',
    needs: ['rake'],
    base: {
      ...RUBY,
      Rakefile: 'require "rake/testtask"\nRake::TestTask.new(:test)\n',
      'test/test_sum.rb':
        'require "minitest/autorun"\nrequire_relative "../lib/sum"\nclass SumTest < Minitest::Test\n  def test_adds = assert_equal(3, sum(1, 2))\nend\n',
    },
    change: RUBY_WRONG,
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: SumTest#test_adds'],
  },
  {
    name: 'PHPUnit',
    needs: ['phpunit'],
    base: {
      'phpunit.xml':
        '<?xml version="1.0"?>\n<phpunit><testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites></phpunit>\n',
      'src/sum.php': '<?php\nfunction sum(int $a, int $b): int { return $a + $b; }\n',
      'tests/SumTest.php':
        '<?php\nrequire_once __DIR__ . "/../src/sum.php";\nfinal class SumTest extends PHPUnit\\Framework\\TestCase { public function testAdds(): void { $this->assertSame(3, sum(1, 2)); } }\n',
    },
    change: { 'src/sum.php': '<?php\nfunction sum(int $a, int $b): int { return $a - $b; }\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: SumTest::testAdds'],
  },
  {
    name: 'Mix',
    needs: ['mix'],
    base: {
      'mix.exs': 'defmodule Shop.MixProject do\n  use Mix.Project\n  def project, do: [app: :shop, version: "0.1.0", deps: []]\nend\n',
      'lib/shop.ex': 'defmodule Shop do\n  def sum(a, b), do: a + b\nend\n',
      'test/test_helper.exs': 'ExUnit.start()\n',
      'test/shop_test.exs': 'defmodule ShopTest do\n  use ExUnit.Case\n  test "adds", do: assert Shop.sum(1, 2) == 3\nend\n',
    },
    change: { 'lib/shop.ex': 'defmodule Shop do\n  def sum(a, b), do: a - b\nend\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: test/shop_test.exs > test adds (ShopTest)'],
  },
  {
    name: 'Deno',
    needs: ['deno'],
    base: {
      'deno.json': '{}\n',
      'sum.ts': 'export const sum = (a: number, b: number) => a + b;\n',
      'sum_test.ts': 'import { sum } from "./sum.ts";\nDeno.test("adds", () => { if (sum(1, 2) !== 3) throw new Error("no"); });\n',
    },
    change: { 'sum.ts': 'export const sum = (a: number, b: number) => a - b;\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: sum_test.ts > adds'],
  },
  {
    name: 'Bun',
    needs: ['bun'],
    base: {
      'package.json': '{"scripts": {"test": "bun test"}}\n',
      'bun.lock': '',
      'sum.ts': 'export const sum = (a: number, b: number) => a + b;\n',
      'sum.test.ts':
        'import { test, expect } from "bun:test";\nimport { sum } from "./sum";\ntest("adds", () => expect(sum(1, 2)).toBe(3));\n',
    },
    change: { 'sum.ts': 'export const sum = (a: number, b: number) => a - b;\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: sum.test.ts > adds'],
  },
  {
    name: 'just',
    needs: ['just'],
    base: { justfile: 'test:\n  sh ./sum.sh\n', 'sum.sh': 'exit 0\n' },
    change: { 'sum.sh': 'exit 3\n' },
    says: [/^test: failed with exit code/m, '  newly failing: it did not fail before the change'],
  },
  {
    name: 'bats',
    needs: ['bats'],
    base: { 'sum.sh': 'echo $(($1 + $2))\n', 'test/sum.bats': '@test "adds" { [ "$(sh sum.sh 1 2)" = 3 ]; }\n' },
    change: { 'sum.sh': 'echo $(($1 - $2))\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: adds'],
  },
  {
    name: 'prove',
    needs: ['prove'],
    isSample: true,
    base: {
      cpanfile: '',
      'lib/Sum.pm': 'package Sum;\nsub sum { $_[0] + $_[1] }\n1;\n',
      't/sum.t': 'use Test::More tests => 1;\nuse Sum;\nis(Sum::sum(1, 2), 3, "adds");\n',
    },
    change: { 'lib/Sum.pm': 'package Sum;\nsub sum { $_[0] - $_[1] }\n1;\n' },
    says: ['test: failed: 0 passed, 1 failed', '  newly failing: t/sum.t > adds'],
  },
  {
    name: 'unittest',
    needs: ['python3'],
    isSample: true,
    base: {
      'app.py': 'def add(a, b):\n    return a + b\n',
      'tests/__init__.py': '',
      'tests/test_app.py':
        'import unittest\nfrom app import add\nclass AppTest(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(add(1, 2), 3)\n',
    },
    change: { 'app.py': 'def add(a, b):\n    return a - b\n' },
    says: ['unittest: failed: 0 passed, 1 failed', /newly failing: test_adds \(tests\.test_app\.AppTest/],
  },
  {
    name: 'two packages, of two languages',
    needs: ['python3'],
    isSample: true,
    base: {
      'web/package.json': '{"scripts": {"test": "node --test"}}\n',
      'web/a.js': 'module.exports = 1;\n',
      'web/a.test.js': "require('node:test')('one', () => require('node:assert').equal(require('./a.js'), 1));\n",
      'api/requirements.txt': '',
      'api/test_api.py':
        'import unittest\nfrom api import ONE\nclass ApiTest(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(ONE, 1)\n',
      'api/api.py': 'ONE = 1\n',
    },
    change: { 'web/a.js': 'module.exports = 2;\n' },
    says: [
      'api:unittest: passed: 1 passed, 0 failed',
      'web:test: failed: 0 passed, 1 failed',
      /\n {2}newly failing: (web\/)?a\.test\.js > one\n/,
    ],
  },
];
