# shellcheck shell=bash
# What deploy/local, deploy/demo and tests/run have in common: packages first (bash alone can do that on a bare machine),
# then Python for the rest.

LAUNCH_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=deploy/lib/packages.sh
. "$LAUNCH_ROOT/deploy/lib/packages.sh"

# launch SCRIPT ARGUMENT...: sees to the packages (--no-install: only says what is missing), becomes the Python script.
launch() {
  local script=$1 may_install=yes argument
  shift
  for argument in "$@"; do
    case $argument in
      --no-install) may_install=no ;;
      -h | --help) command -v python3 >/dev/null && may_install=asked ;; # reading the help installs nothing
    esac
  done
  if [ "$may_install" != asked ]; then packages_ensure "$may_install" "$LAUNCH_ROOT"/deploy/packages/debian-12-{build,run}.txt; fi
  export PYTHONPATH="$LAUNCH_ROOT/deploy/lib:$LAUNCH_ROOT" PYTHONPYCACHEPREFIX="$LAUNCH_ROOT/build/pycache"
  exec python3 "$LAUNCH_ROOT/$script" "$@"
}
