"""The lint flags each shape that GCC 12 miscompiles and lets the good ones pass."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.lint.check_coroutines import findings

BAD = {
    "condition": [
        "Task<void> f() { if (co_await ok()) x(); }",
        "Task<void> f() { while (co_await ok()) x(); }",
        "Task<void> f() { switch (co_await kind()) { case 1: break; } }",
        "Task<void> f() { for (; co_await more();) x(); }",
        "Task<void> f() { if (!co_await ok()) x(); }",
        "Task<void> f() { if (int y = 1; co_await ok()) x(); }",
        "Task<void> f() { if ((co_await read()).empty()) x(); }",
        "Task<void> f() { if (a == co_await b()) x(); }",
    ],
    "logical": [
        "Task<void> f() { if (b && co_await g()) x(); }",
        "Task<void> f() { bool y = co_await g() && b; }",
        "Task<void> f() { bool y = a ||\n  co_await g(); }",
        "Task<void> f() { use(a && co_await g()); }",
    ],
    "ternary": [
        "Task<void> f() { co_await (c ? g() : h()); }",
        "Task<void> f() { T x = c ? T(1) : co_await g(); }",
        "Task<void> f() { T x = co_await g() ? 1 : 2; }",
        "Task<void> f() { use(c ? co_await g() : 0); }",
        "Task<int> f() { co_return c\n ? co_await g()\n : 0; }",
    ],
    "braces": [
        "Task<void> f() { co_await send(Rec{1}); }",
        "Task<void> f() { co_await send({}); }",
        "Task<void> f() { co_await send({.a = 1}); }",
        "Task<void> f() { co_await send(Rec{.a = 1}, x); }",
        "Task<void> f() { auto y = co_await this->g({a, b}); }",
        "Task<void> f() { auto y = co_await g(\n    h(Rec{}));\n }",
    ],
    "lambda": [
        "Task<void> f() { co_await run([x] { use(x); }); }",
        "Task<void> f() { co_await co_spawn(ex, [x]() -> Task<void> { co_return; }, token); }",
        "Task<void> f() { co_await [x]() -> Task<int> { co_return x; }(); }",
        "Task<void> f() { co_await run([&, x] { use(x); }); }",
        "Task<void> f() { co_await run([=] { use(x); }); }",
        "Task<void> f() { co_await run([this] { use(); }); }",
        "Task<void> f() { co_await run([y = std::move(x)]() mutable { use(y); }); }",
    ],
    "async_initiate": [
        "Task<void> f() { co_await async_initiate<T, S>(g, token); }",
        "namespace a { class B { Task<void> f() { auto p = async_initiate<T, S>(g, token); co_await p; } }; }",
    ],
    "rvalue": [
        "Task<void> f(Rec&& r);",
        "Task<Result<int>> A::f(int a, std::string&& r) { co_return 1; }",
    ],
}

GOOD = [
    "Task<void> f() { bool ok = co_await g(); if (ok) x(); }",
    "Task<void> f() { auto [ec, n] = co_await g(); }",
    "Task<void> f() { if (auto m = co_await g()) x(); }",
    "Task<void> f() { while (auto m = co_await g()) x(); }",
    "Task<void> f() { if (const auto m = co_await g(); m.ok()) x(); }",
    "Task<void> f() { for (;;) { auto x = co_await g(); } }",
    "Task<void> f() { co_await g(std::string(\"x{y ? z : a && b}\")); }",
    "Task<void> f() { co_await g(make_rec()); }",
    "Task<void> f() { Rec r{1}; co_await send(std::move(r)); }",
    "Task<void> f() { auto work = [x] { use(x); }; co_await run(std::move(work)); }",
    "Task<void> f() { co_await run([&x] { use(x); }); }",
    "Task<void> f() { co_await run([] { Rec r{1}; use(r); }); }",
    "Task<void> f() { int y = co_await g() + 1; int z = c ? 1 : 2; }",
    "Task<void> f() { if (a && b) { co_await g(); } }",
    "Task<void> f() { if (a) co_await g(); }",
    "Task<void> f() { auto&& x = co_await g(); }",
    "Task<void> f() { co_await (a.read() || sleep(d)); }",
    "Task<void> f() { co_await g(c ? 1 : 2); }",
    "Task<void> f() { // if (co_await x()) {\n co_await g(); /* co_await h({}) */ }",
    "void f() { spawn([x]() -> Task<void> { co_await g(); }); }",
    "Task<void> f() { const auto n = 1'000'000; co_await g('{'); }",
    "void g(Rec&& r); Task<void> f(Rec r) { co_await h(r); }",
    "template <class T> Task<T> f(Task<T> t) { co_return co_await std::move(t); }",
    "auto start() { return async_initiate<T, S>(g, token); }\nTask<void> f() { co_await start(); }",
    "namespace a { auto start() { return async_initiate<T, S>(g, token); } Task<void> f() { co_await start(); } }",
    "int f(int a) { return a && b ? 1 : 2; }",
    "Task<void> f() { x[i] = co_await g(a[i]); }",
    "Task<void> f() { if (x) { y = Rec{}; } co_await g(); }",
    "#define GOOD(x) \\\n  if (co_await x)\n",
]


class CoroutineLint(unittest.TestCase):
    def test_flags_every_shape_that_gcc_12_miscompiles(self):
        for rule, sources in BAD.items():
            for source in sources:
                with self.subTest(rule=rule, source=source):
                    self.assertIn(rule, {finding.rule for finding in findings(source)})

    def test_passes_the_shapes_that_are_right(self):
        for source in GOOD:
            with self.subTest(source=source):
                self.assertEqual(findings(source), [])

    def test_names_the_line_of_the_await(self):
        self.assertEqual(findings("Task<void> f() {\n  /* two\n lines */\n  co_await send({});\n}")[0].line, 4)

    def test_ends_with_status_1_and_says_file_line_and_remedy(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "bad.cpp")
            file.write_text("\n" + BAD["condition"][0])
            result = subprocess.run([sys.executable, Path(__file__).with_name("check_coroutines.py"), file], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("bad.cpp:2: condition:", result.stdout)
        self.assertIn("name the result first", result.stdout)


if __name__ == "__main__":
    unittest.main()
