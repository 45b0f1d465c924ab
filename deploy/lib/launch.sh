# shellcheck shell=bash
# What deploy/local, deploy/demo and tests/run have in common: packages first (bash alone can do that on a bare machine),
# then Python for the rest.

LAUNCH_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=deploy/lib/packages.sh
. "$LAUNCH_ROOT/deploy/lib/packages.sh"

# launch SCRIPT ARGUMENT...: takes out --no-install, sees to the packages, becomes the Python script.
launch() {
  local script=$1 may_install=yes argument arguments=()
  shift
  for argument in "$@"; do
    if [ "$argument" = --no-install ]; then may_install=no; else arguments+=("$argument"); fi
  done
  packages_ensure "$may_install" "$LAUNCH_ROOT"/deploy/packages/debian-12-{build,run}.txt
  export PYTHONPATH="$LAUNCH_ROOT/deploy/lib:$LAUNCH_ROOT" PYTHONPYCACHEPREFIX="$LAUNCH_ROOT/build/pycache"
  exec python3 "$LAUNCH_ROOT/$script" "${arguments[@]}"
}
