"""Builds InfluxDB 2.7 from its Go module, once, into build/deps/influxdb-<version>/influxd2: no package of it exists for Debian."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from .paths import DEPS, require_space
from .problem import Problem

VERSION = "2.7.11"
PKG_CONFIG_VERSION = "v0.2.7"  # wraps pkg-config and builds flux when it is asked for that
SERVER = DEPS / f"influxdb-{VERSION}" / "influxd2"


def is_built() -> bool:
    return SERVER.exists()


def build(say=print) -> Path:
    if is_built():
        return SERVER
    _require_tools()
    require_space(DEPS, 4000, f"building InfluxDB {VERSION}")
    say(f"building InfluxDB {VERSION} from its Go module (5 minutes on 2 cores, once)")
    work = DEPS / "influxdb2-build"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    environment = _environment(work)
    _run(["go", "install", f"github.com/influxdata/pkg-config@{PKG_CONFIG_VERSION}"], work, environment)
    source = _copy_of_module(work, environment)
    command = ["go", "build", "-tags", "sqlite_foreign_keys,sqlite_json", "-o", str(work / "influxd2"), "./cmd/influxd"]
    if subprocess.run(command, cwd=source, env=environment, capture_output=True, check=False).returncode:
        # Newer Rust finds new lints, and flux denies warnings: allow them in the copy that the first build used.
        for crate in work.glob("**/github.com/influxdata/flux@*/libflux/flux*/src/lib.rs"):
            os.chmod(crate, 0o644)
            crate.write_text(re.sub(r"deny\(warnings", "allow(warnings", crate.read_text()))
        _run(command, source, environment)
    SERVER.parent.mkdir(parents=True, exist_ok=True)
    (work / "influxd2").replace(SERVER)
    subprocess.run(["go", "clean", "-modcache"], env=environment, check=False)
    shutil.rmtree(work, ignore_errors=True)
    return SERVER


def _require_tools() -> None:
    needed = {"go": "Go 1.22 or newer", "cargo": "a current Rust", "pkg-config": "pkg-config", "protoc": "protobuf-compiler"}
    missing = [name for tool, name in needed.items() if not shutil.which(tool)]
    if not shutil.which("clang") and not shutil.which("gcc"):
        missing.append("clang or gcc")
    if missing:
        raise Problem(f"INFLUXDB=2 builds InfluxDB {VERSION}, which needs {', '.join(missing)}; without INFLUXDB=2 the packaged 1.6 is used")


def _environment(work: Path) -> dict[str, str]:
    path = f"{work}/bin{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "GOBIN": f"{work}/bin", "GOPATH": f"{work}/go", "GOCACHE": f"{work}/cache", "GOFLAGS": "-modcacherw",
            "PKG_CONFIG": f"{work}/bin/pkg-config",
            # flux pins a Rust of 2023, which rustup would have to fetch; a current one builds it too.
            "RUSTUP_TOOLCHAIN": os.environ.get("RUSTUP_TOOLCHAIN", "stable")}


def _copy_of_module(work: Path, environment: dict[str, str]) -> Path:
    module = f"github.com/influxdata/influxdb/v2@v{VERSION}"
    answer = _run(["go", "mod", "download", "-json", module], work, environment)
    source = work / "source"
    shutil.copytree(json.loads(answer)["Dir"], source)
    subprocess.run(["chmod", "-R", "u+w", str(source)], check=True)
    return source


def _run(command: list[str], directory: Path, environment: dict[str, str]) -> str:
    result = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        words = (result.stderr or result.stdout).strip().splitlines() or ["no message"]
        raise Problem(f"InfluxDB {VERSION} could not be built: {' '.join(command[:3])}: {words[-1][:300]}")
    return result.stdout
