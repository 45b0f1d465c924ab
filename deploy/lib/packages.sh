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

packages_install() {
  local missing=$1 log status=0
  shift
  log=$(mktemp)
  packages_hold_services "$@"
  # shellcheck disable=SC2086 # one word a package
  { "$@" apt-get update && "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 || status=$?
  packages_release_services "$@"
  packages_disable_services "$missing" "$@"
  if [ "$status" -ne 0 ]; then
    tail -5 "$log" >&2
    packages_fail "apt could not install the packages (Debian's registry out of reach, or another release than Debian 12?): log in $log"
  fi
  rm -f "$log"
}

# Some packages bring a system service along (influxdb, victoria-metrics). We run our own copies, so that none is started
# now (policy-rc.d is Debian's means for that) nor at the next boot.
PACKAGES_POLICY=/usr/sbin/policy-rc.d

packages_hold_services() {
  [ -e "$PACKAGES_POLICY" ] && return
  printf '#!/bin/sh\n# metricstream: removed when its packages are installed\nexit 101\n' | "$@" tee "$PACKAGES_POLICY" >/dev/null
  "$@" chmod 755 "$PACKAGES_POLICY"
}

packages_release_services() {
  if grep -qs '^# metricstream:' "$PACKAGES_POLICY"; then "$@" rm -f "$PACKAGES_POLICY"; fi
}

packages_disable_services() {
  local missing=$1 service
  shift
  command -v systemctl >/dev/null || return 0
  for service in influxdb victoria-metrics; do
    if grep -qx "$service" <<<"$missing"; then "$@" systemctl disable --quiet "$service" 2>/dev/null || true; fi
  done
}
