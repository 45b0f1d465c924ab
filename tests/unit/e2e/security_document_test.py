"""docs/security.md names the tests that show what it says; they exist."""

import re
import unittest

from stack.paths import ROOT


class SecurityDocumentTest(unittest.TestCase):
    def setUp(self):
        self.text = (ROOT / "docs/security.md").read_text()

    def test_every_test_and_file_that_is_named_exists(self):
        named = set(re.findall(r"`((?:tests|cmake|common|services)/[\w./-]+)`", self.text))
        self.assertGreater(len(named), 40)
        self.assertEqual([name for name in sorted(named) if not (ROOT / name).exists()], [])

    def test_every_link_leads_somewhere(self):
        links = set(re.findall(r"\]\(([^)#:]+)", self.text))
        self.assertGreater(len(links), 5)
        self.assertEqual([link for link in sorted(links) if not (ROOT / "docs" / link).exists()], [])

    def test_every_row_of_an_attack_names_its_test(self):
        attacks = re.findall(r"^\| attack .*\n\| ---.*\n((?:\|.*\n)+)", self.text, re.MULTILINE)
        rows = [row for table in attacks for row in table.splitlines()]
        self.assertGreater(len(rows), 25)
        self.assertEqual([row[:60] for row in rows if "`tests/" not in row], [])


if __name__ == "__main__":
    unittest.main()
