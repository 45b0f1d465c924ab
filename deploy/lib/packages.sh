# shellcheck shell=bash
# Installs what a list of packages names and this machine lacks. Sourced; needs nothing but bash and dpkg.

packages_fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# packages_missing LIST...: the packages of the lists that are not installed, one a line.
packages_missing() {
  local wanted installed
  wanted=$(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | sort -u)
  # shellcheck disable=SC2086 # one word a package
  installed=$({ dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null || true; } | sed -n 's/^ii[[:space:]]*//p' | sort -u)
  comm -23 <(echo "$wanted") <(echo "$installed")
}

# packages_ensure yes|no LIST...: installs what is missing, or (no) says what to install. No apt call when all is there.
packages_ensure() {
  local may_install=$1 missing sudo=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    [ "$may_install" = no ] && return # the person said that everything is there
    packages_fail "this machine has no dpkg: the package lists are Debian 12's. Install their like by hand, then use --no-install"
  fi
  missing=$(packages_missing "$@")
  [ -z "$missing" ] && return
  if [ "$may_install" = no ]; then
    packages_fail "missing packages: $(echo "$missing" | tr '\n' ' ')(--no-install forbids installing them: apt-get install them, or leave it out)"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      packages_fail "missing packages: $(echo "$missing" | tr '\n' ' ')and neither root nor sudo to install them: ask an administrator"
    sudo=(sudo)
  fi
  echo "Installing $(echo "$missing" | wc -l) Debian packages (${sudo[*]:-as root}; 1 to 4 minutes): compiler, libraries, and the real"
  echo "Kafka's and InfluxDB's run-time for the tests and the demo: $(echo "$missing" | tr '\n' ' ')"
  packages_install "$missing" "${sudo[@]}"
}

PACKAGES_LOG=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/packages.log
PACKAGES_PROGRESS=15  # s between two lines that say how far apt is
PACKAGES_APT=         # pid of the apt (or its sudo) that runs
PACKAGES_INTERRUPTED= # the exit status, once a signal has asked for the end

# Whatever ends the installation, the machine's services are then as they were before.
packages_install() {
  local missing=$1 status=0
  shift
  { mkdir -p "$(dirname "$PACKAGES_LOG")" && : >"$PACKAGES_LOG"; } 2>/dev/null ||
    packages_fail "cannot write $PACKAGES_LOG: is the disk full, or the clone another user's?"
  PACKAGES_SUDO=("$@")
  trap packages_release_services EXIT
  trap 'packages_interrupted 129' HUP
  trap 'packages_interrupted 130' INT
  trap 'packages_interrupted 143' TERM
  packages_hold_services
  # shellcheck disable=SC2086 # one word a package
  { packages_apt apt-get update && packages_apt env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } || status=$?
  packages_release_services
  trap - EXIT HUP INT TERM
  # sudo can keep Ctrl-C from us: it passes it to apt, and ends as apt did.
  if [ "$status" -eq 130 ]; then PACKAGES_INTERRUPTED=130; fi
  if [ -n "$PACKAGES_INTERRUPTED" ]; then
    echo "$(basename "$0"): interrupted; apt has ended too, its log: $PACKAGES_LOG" >&2
    exit "$PACKAGES_INTERRUPTED"
  fi
  packages_disable_services "$missing" "$@"
  if [ "$status" -ne 0 ]; then
    tail -5 "$PACKAGES_LOG" >&2
    packages_fail "apt could not install the packages (Debian's registry out of reach, or another release than Debian 12?): log in $PACKAGES_LOG"
  fi
}

# packages_apt COMMAND...: runs it with its output in the log, and says now and then how far it is.
packages_apt() {
  local status=0 open
  # Not our child: bash 5.2, when a signal comes as apt ends, may wait for another child that is left instead.
  exec {open}> >(packages_progress <&0 &)
  # In the background, so that a signal is served at once; bash would let what is there ignore Ctrl-C.
  env --default-signal=INT,QUIT "${PACKAGES_SUDO[@]}" "$@" >>"$PACKAGES_LOG" 2>&1 {open}>&- &
  PACKAGES_APT=$!
  if [ -n "$PACKAGES_INTERRUPTED" ]; then packages_interrupted "$PACKAGES_INTERRUPTED"; fi
  wait "$PACKAGES_APT" || status=$?
  # The first wait ended by the signal. Services are held back until apt is gone.
  if [ -n "$PACKAGES_INTERRUPTED" ]; then
    wait "$PACKAGES_APT" 2>/dev/null || true
    status=$PACKAGES_INTERRUPTED
  fi
  PACKAGES_APT=
  exec {open}>&-
  return "$status"
}

# Ends with its input, which we hold: also when we are killed.
packages_progress() {
  local start=$SECONDS status
  trap '' HUP INT TERM
  while :; do
    status=0
    read -r -t "$PACKAGES_PROGRESS" || status=$?
    [ "$status" -gt 128 ] || return 0 # not the time-out
    echo "  apt: $((SECONDS - start)) s, $(tail -n 1 "$PACKAGES_LOG" | cut -c 1-100)"
  done
}

# packages_interrupted STATUS: asks apt to end; it ends the step that it is at. packages_apt waits for that.
packages_interrupted() {
  trap '' HUP INT TERM
  PACKAGES_INTERRUPTED=$1
  if [ -n "$PACKAGES_APT" ]; then "${PACKAGES_SUDO[@]}" kill -s INT "$PACKAGES_APT" 2>/dev/null || true; fi
}

# Some packages bring a system service along (influxdb, victoria-metrics). We run our own copies, so that none is started
# now (policy-rc.d is Debian's means for that; one that is there already is its owner's word) nor at the next boot.
PACKAGES_POLICY=/usr/sbin/policy-rc.d

packages_hold_services() {
  [ -e "$PACKAGES_POLICY" ] && return
  printf '#!/bin/sh\n# metricstream: removed when its packages are installed\nexit 101\n' | "${PACKAGES_SUDO[@]}" tee "$PACKAGES_POLICY" >/dev/null
  "${PACKAGES_SUDO[@]}" chmod 755 "$PACKAGES_POLICY"
}

packages_release_services() {
  if grep -qs '^# metricstream:' "$PACKAGES_POLICY"; then "${PACKAGES_SUDO[@]}" rm -f "$PACKAGES_POLICY"; fi
}

packages_disable_services() {
  local missing=$1 service
  shift
  command -v systemctl >/dev/null || return 0
  for service in influxdb victoria-metrics; do
    if grep -qx "$service" <<<"$missing"; then "$@" systemctl disable --quiet "$service" 2>/dev/null || true; fi
  done
}
