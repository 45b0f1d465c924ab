"""docs/openapi.yaml and the running service say the same: examples, errors and routes one by one, all else by schemathesis.

OPENAPI_CASES is the number of random requests for each operation, besides those that follow from the document.
"""

import copy
import gzip
import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from stack.build import binaries
from stack.paths import BUILD, ROOT
from stack.pipeline import Pipeline
from stack.ports import LOOPBACK, free_port
from stack.services import Service, admin, ingest_overrides
from stack.waiting import wait_until

from tests.e2e import openapi_document

CASES = int(os.environ.get("OPENAPI_CASES", "25"))
SECONDS = 150  # for one run of schemathesis, which takes about 20
CONFIGURATION = "tests/e2e/openapi_schemathesis.toml"
HIGH = {f"rate_limits.{name}": "1000000000" for name in ("requests_per_second", "samples_per_minute", "host_samples_per_minute")}
WAITING_FOR_KAFKA, WITH_KEYS = "kafka-unavailable", "unauthorized"  # examples that need another service than the usual one
LIMITED_CLIENT = "two-samples-a-minute"  # of the examples


class OpenapiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = BUILD / "e2e" / cls.__name__
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        cls.directory, cls.document = directory, openapi_document.load()
        overrides = directory / "limits.yaml"
        overrides.write_text(f"clients:\n  {LIMITED_CLIENT}:\n    samples_per_minute: 2\n")
        cls.pipeline = Pipeline(directory, with_parent=True, ingest={
            **HIGH, "rate_limits.headers": "true", "rate_limits.overrides_file": str(overrides), "admission.max_delay": "0s"})
        cls.addClassCleanup(cls.pipeline.stop)
        cls.url = cls.pipeline.ingest_url
        cls._ask_before_kafka()
        cls.pipeline.kafka.start()
        admin(["setup", "kafka"], cls.pipeline.aggregator.write_configuration())
        cls._start_with_keys()
        cls.pipeline.ingest.wait_ready()

    @classmethod
    def _ask_before_kafka(cls):
        cls.pipeline.ingest.start(wait=False)
        wait_until(lambda: cls._healthy(cls.url), 30, "metricstream-ingest does not answer", cls.pipeline.ingest.process.ended)
        cls.before_kafka = {path: openapi_document.get(cls.url, path) for path in ("/-/ready", "/readyz", "/-/healthy", "/health")}
        example = next(one for one in openapi_document.answer_examples(cls.document) if one.name == WAITING_FOR_KAFKA)
        cls.before_kafka["example"] = openapi_document.send(cls.url, example.request)

    @classmethod
    def _start_with_keys(cls):
        directory, port = cls.directory / "keyed", free_port()
        directory.mkdir()
        files = {"keys": directory / "keys.yaml", "pepper": directory / "keys.pepper"}
        command = [binaries() / "metricstream-admin", "keys", "create", "--client", "keyed", "--keys-file", files["keys"], "--pepper-file", files["pepper"]]
        cls.key = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
        cls.keyed_url = f"http://{LOOPBACK}:{port}"
        keyed = Service("ingest", directory, directory / "run", directory / "log", {
            **ingest_overrides(cls.pipeline.kafka.address, port), **HIGH, "auth.mode": "api_key", "auth.keys_file": str(files["keys"]),
            "auth.pepper_file": str(files["pepper"]), "admission.max_delay": "0s"}, with_parent=True)
        cls.addClassCleanup(keyed.stop)
        keyed.start()

    @staticmethod
    def _healthy(url: str) -> bool:
        try:
            return openapi_document.get(url, "/-/healthy").status == 200
        except OSError:
            return False

    def test_the_service_serves_the_document(self):
        answer = openapi_document.get(self.url, "/openapi.yaml")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/yaml"))
        self.assertEqual(answer.body, openapi_document.PATH.read_bytes())

    def test_the_document_has_every_path_and_no_other(self):
        answer = openapi_document.get(self.url, "/nothing").document()
        served = set(answer["detail"].partition("only at: ")[2].split(", "))
        self.assertEqual(set(self.document["paths"]) - {"/problems/{id}"}, served)

    def test_the_document_has_every_error_with_its_status(self):
        catalogue = openapi_document.catalogue()
        self.assertGreater(len(catalogue), 30)
        self.assertEqual({name: {status} for name, status in catalogue.items()}, openapi_document.error_ids(self.document))
        self.assertEqual(sorted(catalogue), sorted(self.document["components"]["schemas"]["ProblemName"]["enum"]))

    def test_examples_of_requests_are_stored(self):
        count = 0
        for path, _, operation in openapi_document.operations(self.document):
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                for name, example in content["examples"].items():
                    with self.subTest(path=path, media_type=media_type, example=name):
                        value = example["value"]
                        body = value.rstrip("\n") if isinstance(value, str) else json.dumps(value)
                        answer = self._post(path, media_type, body)
                        self.assertEqual(answer.status, 202, answer.body)
                        self.assertEqual(answer.document()["rejected"], 0)
                        self.assertIn("ratelimit", answer.headers)
                        count += 1
        self.assertGreaterEqual(count, 16)

    def _post(self, path: str, media_type: str, body: str) -> openapi_document.Answer:
        return openapi_document.send(self.url, f"POST {path} HTTP/1.1\nContent-Type: {media_type}\n\n{body}")

    def test_examples_of_answers_are_true(self):
        examples = openapi_document.answer_examples(self.document)
        self.assertGreater(len(examples), 25)
        for example in examples:
            with self.subTest(example=example.name):
                answer = self._answer(example)
                self.assertEqual((answer.status, answer.document()), (example.status, example.value))
                self.assertEqual(self._missing_headers(example.status, answer), [])

    def _answer(self, example: openapi_document.AnswerExample) -> openapi_document.Answer:
        if example.name == WAITING_FOR_KAFKA:
            return self.before_kafka["example"]
        answer = openapi_document.send(self.keyed_url if example.name == WITH_KEYS else self.url, example.request)
        # The first time uses the limit up.
        return openapi_document.send(self.url, example.request) if example.status == 429 and answer.status == 202 else answer

    def _missing_headers(self, status: int, answer: openapi_document.Answer) -> list[str]:
        """Of those that every answer with this status to a POST has."""
        responses = self.document["paths"]["/metrics"]["post"]["responses"]
        if str(status) not in responses:
            return []
        headers = openapi_document.resolved(self.document, responses[str(status)])["headers"]
        return [name for name, header in headers.items() if header.get("required") and name.lower() not in answer.headers]

    def test_the_curl_lines_of_the_documentation_work(self):
        text = (ROOT / "docs/http-api.md").read_text()
        lines = re.findall(r"^    ((?:gzip|curl) (?:.*\\\n)*.*)$", text, re.MULTILINE)
        self.assertGreater(len(lines), 9)
        (self.directory / "batch.json").write_text('{"metrics":[{"name":"cpu","value":1.5}]}')
        (self.directory / "samples.ndjson").write_text('{"name":"cpu","value":1.5}\n{"name":"mem","value":2}\n')
        for line in lines:
            with self.subTest(line=line):
                local = line.replace("http://localhost:8080", self.url).replace("https://ingest.example", self.keyed_url)
                command = local.replace("curl ", "curl --silent --show-error --output answer --write-out '%{http_code}' ")
                result = subprocess.run(["bash", "-c", command], cwd=self.directory, env={**os.environ, "KEY": self.key}, capture_output=True, text=True,
                                        timeout=60, check=False)
                expected = "200" if "-d" not in line and "--data" not in line else "422" if "strict=true" in line else "202"
                self.assertEqual((result.returncode, result.stdout), (0, expected), result.stderr)

    def test_readiness_waits_for_kafka_and_liveness_does_not(self):
        for path in ("/-/ready", "/readyz"):
            self.assertEqual(self.before_kafka[path].status, 503)
            self.assertRegex(self.before_kafka[path].body.decode(), "^not ready: ")
            self.assertEqual(openapi_document.get(self.url, path).body, b"ready\n")
        self.assertEqual([self.before_kafka[path].status for path in ("/-/healthy", "/health")], [200, 200])

    def test_counters_come_in_every_format_and_by_gzip(self):
        response = self.document["paths"]["/metrics"]["get"]["responses"]["200"]
        for media_type, content in response["content"].items():
            with self.subTest(media_type=media_type):
                plain = openapi_document.get(self.url, "/metrics", Accept=media_type)
                packed = openapi_document.get(self.url, "/metrics", Accept=media_type, Accept_Encoding="gzip")
                self.assertEqual(plain.headers["content-type"].split(";")[0], media_type)
                self.assertEqual(packed.headers["content-encoding"], "gzip")
                self.assertEqual(plain.headers["vary"], response["headers"]["Vary"]["schema"]["const"])
                for text in (plain.body.decode(), gzip.decompress(packed.body).decode()):
                    if media_type == "application/json":
                        self.assertGreaterEqual(json.loads(text).keys(), set(self.document["components"]["schemas"]["Counters"]["required"]))
                    else:
                        self.assertRegex(text, content["schema"]["pattern"])

    def test_random_requests_are_answered_as_the_document_says(self):
        before = self._batches()
        cases = self._run_schemathesis("openapi", str(openapi_document.PATH.relative_to(ROOT)), self.url, ["--header", "X-Client-Id: openapi"])
        stored = self._batches() - before
        print(f"schemathesis: {cases} requests, {stored} batches of them stored")
        self.assertGreater(cases, 1000)
        self.assertGreater(stored, 200, "hardly anything that was sent got as far as Kafka")

    def _batches(self) -> int:
        return openapi_document.get(self.url, "/metrics").document()["batches_processed"]

    def test_no_random_request_gets_in_without_a_key(self):
        document = copy.deepcopy(self.document)
        document["security"] = [{"bearerKey": []}, {"basicKey": []}, {"headerKey": []}]
        path = self.directory / "openapi-with-keys.json"
        path.write_text(json.dumps(document))
        cases = self._run_schemathesis("openapi-with-keys", str(path), self.keyed_url, [
            "--header", f"Authorization: Bearer {self.key}", "--include-tag", "samples", "--phases", "examples,fuzzing"])
        print(f"schemathesis with keys: {cases} requests")
        self.assertGreater(cases, CASES)

    def _run_schemathesis(self, name: str, document: str, url: str, arguments: list[str]) -> int:
        """How many requests there were, none with a finding."""
        command = [openapi_document.program("schemathesis"), "--config-file", CONFIGURATION, "run", document, "--url", url, "--checks", "all",
                   "--max-examples", str(CASES), "--continue-on-failure", "--no-color", "--phases", "examples,coverage,fuzzing", *arguments]
        log = Path(self.directory / f"{name}.log")
        with log.open("w") as output:
            result = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, timeout=SECONDS, check=False,
                                    env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(self.directory / "hypothesis")})
        text = log.read_text(errors="replace")
        findings = "\n".join(line[:400] for line in text.splitlines() if line.strip())
        self.assertEqual(result.returncode, 0, f"{log}: {findings[-8000:]}")
        found = re.search(r"^  (\d+) generated, (\d+) passed", text, re.MULTILINE)
        self.assertTrue(found, findings[-2000:])
        return int(found[1])


if __name__ == "__main__":
    unittest.main()
