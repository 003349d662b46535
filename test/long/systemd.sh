#!/bin/bash
# The Debian package under a real systemd: a small Debian in a folder of its own is booted by systemd-nspawn, with its own
# processes, network and cgroups, and everything in it is set up as docs/operations.md says. Seen there: units verified,
# ready only once they can be asked, started one after the other; a service that hangs restarted by the watchdog, one that
# is killed or does not start at all restarted ever more slowly, one with a wrong configuration left alone; a reboot; an
# upgrade in place and one that goes back. Nothing of the machine's own systemd, nor of its folders, is touched.
# Run by hand, as root on Debian with its packages reachable: test/long/systemd.sh
# SUITE=trixie tries another Debian; DEB=FILE a package that is built already.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
export PATH="$here/node_modules/.bin:$PATH:/usr/sbin:/sbin"
suite=${SUITE:-bookworm}
work=$(mktemp -d "${TMPDIR:-/tmp}/tillwire-systemd-XXXXXX")
chmod 755 "$work"
root=$work/root
machine=$(basename "$work" | tr -d -c 'a-zA-Z0-9-')
say() { echo "systemd: $*"; }
fail() {
  say "FAILED: $*"
  if [ -n "${leader:-}" ]; then inside journalctl --no-pager -n 60 2>/dev/null | tail -n 60 || true; fi
  exit 1
}
ms() { echo $(($(date +%s%N) / 1000000)); }

nspawn_pid=
leader=
had_cgroups=$(ls -d /sys/fs/cgroup/*/payload 2>/dev/null || true)
clean() {
  trap - EXIT
  if [ -n "$nspawn_pid" ] && kill -0 "$nspawn_pid" 2>/dev/null; then
    kill -TERM "$nspawn_pid"
    for _ in $(seq 300); do kill -0 "$nspawn_pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$nspawn_pid" 2>/dev/null || true
  fi
  # What systemd-nspawn makes on a machine that has no systemd running, and leaves.
  if [ -z "$had_cgroups" ]; then
    find /sys/fs/cgroup/*/payload -depth -type d -exec rmdir {} + 2>/dev/null || true
  fi
  rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

command -v mmdebstrap >/dev/null || { say "installing Debian's package mmdebstrap"; apt-get install -q -y --no-install-recommends mmdebstrap >/dev/null; }
nspawn=$(command -v systemd-nspawn || true)
if [ -z "$nspawn" ]; then
  # Unpacked beside the root: installed on this machine it would bring units of its own.
  (cd "$work" && apt-get download -q systemd-container >/dev/null 2>&1 && dpkg -x systemd-container_*.deb tools)
  nspawn=$work/tools/usr/bin/systemd-nspawn
fi
deb=${DEB:-$(node "$here/scripts/build-deb.ts" 0.1.0 | tail -n 1)}
first=$(ms)
# This machine's own mirror.
sed "s/bookworm/$suite/g" /etc/apt/sources.list.d/debian.sources >"$work/debian.sources"
mmdebstrap --quiet --mode=root --variant=minbase \
  --include=systemd-sysv,dbus,mosquitto,postgresql,iproute2,procps,libstdc++6 \
  --aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$root" "$work/debian.sources" 2>"$work/mmdebstrap.log" ||
  { cat "$work/mmdebstrap.log"; exit 1; }
say "a $suite of its own, $(du -sm "$root" | cut -f1) MB, made in $(($(ms) - first)) ms"
cp "$deb" "$root/root/tillwire.deb"
echo '127.0.0.1 localhost broker.chain.test' >"$root/etc/hosts"

inside() { nsenter --target "$leader" --mount --uts --ipc --net --pid --root -- /usr/bin/env -i --chdir=/ PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
# The process that is 1 in there.
find_leader() {
  leader=
  for pid in $(ps -o pid= --ppid "$nspawn_pid"); do
    if grep -Eq '^NSpid:.*[[:space:]]1$' "/proc/$pid/status" 2>/dev/null; then leader=$pid; fi
  done
  [ -n "$leader" ]
}
until_true() {
  local end=$(($(date +%s) + $1)) what=$2; shift 2
  until "$@"; do [ "$(date +%s)" -lt "$end" ] || fail "$what did not come in time"; sleep 0.1; done
}
booted() { find_leader && inside systemctl is-system-running 2>/dev/null | grep -Eq 'running|degraded'; }
boot() {
  local began; began=$(ms)
  "$nspawn" --quiet --directory="$root" --boot --register=no --keep-unit --private-network --machine="$machine" \
    --link-journal=no --resolv-conf=off --timezone=off </dev/null >>"$work/console.log" 2>&1 &
  nspawn_pid=$!
  until_true 180 "the boot" booted
  say "booted in $(($(ms) - began)) ms: $(inside systemctl --version | head -n 1), $(inside systemctl is-system-running || true)"
}
boot

services=(kiosk-web kiosk-sync kiosk-scheduler head-office-ingest head-office-catalogue head-office-fleet head-office-dashboard)
property() { inside systemctl show --value -p "$2" "tillwire-$1.service"; }
active() { [ "$(property "$1" ActiveState)/$(property "$1" SubState)" = active/running ]; }
all_active() { for one in "${services[@]}"; do active "$one" || return 1; done; }

# As docs/operations.md has it.
inside dpkg -i /root/tillwire.deb >/dev/null
inside tillwire broker init /var/lib/tillwire-broker --host broker.chain.test >/dev/null
inside tillwire install-services broker
inside systemctl daemon-reload
inside systemctl restart mosquitto
inside runuser -u postgres -- createuser tillwire
inside runuser -u postgres -- createdb -O tillwire tillwire
{
  cat "$root/var/lib/tillwire-broker/accounts/head-office.env"
  printf '%s\n' MQTT_ADMIN=/var/lib/tillwire-broker/accounts/admin.env \
    'DATABASE_URL=postgres://tillwire@%2Fvar%2Frun%2Fpostgresql/tillwire' HO_STATE_DIR=/var/lib/tillwire/state \
    ADMIN_TOKEN=a-token-of-the-test-of-units HTTP_HOST=127.0.0.1 HTTP_PORT=8090
} >"$root/var/lib/tillwire/head-office.env"
office_env=/var/lib/tillwire/head-office.env
inside tillwire install-services head-office
inside systemctl daemon-reload
began=$(ms)
inside systemctl enable --quiet --now tillwire-head-office.target
say "Head Office started in $(($(ms) - began)) ms"
inside tillwire catalogue import /opt/tillwire/app/sample-menu --shop 1 --by anna --env "$office_env" >/dev/null
inside tillwire catalogue publish 1 --by anna --env "$office_env" >/dev/null
inside tillwire store provision S16 --name Harbour --out /var/lib/tillwire/S16.json --json --env "$office_env" >"$work/provisioned"
code=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).code)' "$work/provisioned")
inside tillwire kiosk join /var/lib/tillwire/S16.json --code "$code" --dir /var/lib/tillwire/shop >/dev/null
inside ln -s /var/lib/tillwire/shop/kiosk.env /var/lib/tillwire/kiosk.env
inside tillwire install-services kiosk
inside systemctl daemon-reload
began=$(ms)
inside systemctl enable --quiet --now tillwire-kiosk.target
say "the kiosk started in $(($(ms) - began)) ms"

cp "$here/test/long/till.ts" "$root/root/till.ts"
till() { inside /opt/tillwire/app/node_modules/.bin/node --no-warnings /root/till.ts /var/lib/tillwire/kiosk.env "$@"; }
all_sent() { [ "$(till unsent 2>/dev/null)" = 0 ]; }
ready() { till ready 2>/dev/null; }
held() { inside runuser -u tillwire -- psql -qtA tillwire -c 'SELECT global_order_id FROM orders' | sort; }
same() {
  until_true 180 "everything sold" all_sent
  sort "$work/sold" | diff - <(till orders | sort) >/dev/null || fail "$1: the shop has other orders than it sold"
  sort "$work/sold" | diff - <(held) >/dev/null || fail "$1: Head Office has other orders than were sold"
  say "$1: $(wc -l <"$work/sold") orders sold, at the shop and at Head Office the same"
}
: >"$work/sold"
sell() { till sell "$1" "$2" >>"$work/sold"; }

all_active || fail "not every service is active"
strangers=$(inside find /var/lib/tillwire -user root ! -name '*.env' ! -name S16.json)
[ -z "$strangers" ] || fail "the services can not write what root left: $strangers"
sell 3 started
same "started"

# Each begins once the one before has said that it is ready.
previous=
for one in "${services[@]}"; do
  started=$(property "$one" ExecMainStartTimestampMonotonic)
  is_ready=$(property "$one" ActiveEnterTimestampMonotonic)
  if [ "${previous%%-*}" = "${one%%-*}" ]; then
    [ "$started" -ge "$(property "$previous" ActiveEnterTimestampMonotonic)" ] || fail "$one began before $previous was ready"
  fi
  say "$one: ready $(((is_ready - started) / 1000)) ms after its start, $(property "$one" StatusText), watchdog $(property "$one" WatchdogUSec)"
  previous=$one
done
for _ in 1 2 3; do
  inside systemctl restart tillwire-kiosk-web.service
  ready || fail "systemd was told that web is ready before it could be asked"
done
say "web can be asked the moment systemctl restart returns"

declare -A restarts pid
remember() { for one in "${services[@]}"; do restarts[$one]=$(property "$one" NRestarts); pid[$one]=$(property "$one" MainPID); done; }
came_back() { active "$1" && [ "$(property "$1" NRestarts)" = $((${restarts[$1]} + 1)) ] && [ "$(property "$1" MainPID)" != "${pid[$1]}" ]; }
# hit SIGNAL WITHIN: every service at once; each must be back within so many seconds.
hit() {
  remember
  local began=$(ms) left=("${services[@]}") still
  for one in "${services[@]}"; do inside kill "-$1" "${pid[$one]}"; done
  while [ ${#left[@]} -gt 0 ]; do
    still=()
    for one in "${left[@]}"; do
      if came_back "$one"; then say "$one: back $(($(ms) - began)) ms after SIG$1"; else still+=("$one"); fi
    done
    left=("${still[@]}")
    [ $(($(ms) - began)) -lt $(($2 * 1000)) ] || fail "${left[*]} did not come back after SIG$1"
    sleep 0.2
  done
}
hit KILL 60
sell 3 killed
same "killed and started again"
hit STOP 120
hung=$(inside journalctl --no-pager -o cat -u 'tillwire-*' | grep -c 'Watchdog timeout' || true)
[ "$hung" = ${#services[@]} ] || fail "the watchdog spoke $hung times"
sell 3 hung
same "hung and started again by the watchdog"

# What does not start is tried again, ever more slowly where systemd knows how; a wrong configuration is not.
drop_in() { mkdir -p "$root/etc/systemd/system/$1.service.d"; printf '[Service]\n%s\n' "$2" >"$root/etc/systemd/system/$1.service.d/test.conf"; inside systemctl daemon-reload; }
take_back() { rm -r "$root/etc/systemd/system/$1.service.d"; inside systemctl daemon-reload; }
scheduler=tillwire-kiosk-scheduler
drop_in $scheduler $'ExecStart=\nExecStart=/bin/false'
remember
since=$(date +%s)
inside systemctl restart --no-block $scheduler.service
tried_again() { [ "$(property kiosk-scheduler NRestarts)" -ge 5 ]; }
until_true 180 "the fifth try" tried_again
say "one that does not start is tried again after: $(inside journalctl --no-pager -o short-unix --since "@$since" -u $scheduler | awk '/Scheduled restart job/ { if (at) printf "%.1f s ", $1 - at; at = $1 }')"
take_back $scheduler
inside systemctl restart $scheduler.service
drop_in $scheduler UnsetEnvironment=STORE_CODE
inside systemctl restart $scheduler.service 2>/dev/null && fail "it runs without its store" || true
[ "$(property kiosk-scheduler ActiveState)/$(property kiosk-scheduler ExecMainStatus)" = failed/78 ] || fail "a wrong configuration: $(property kiosk-scheduler ActiveState) $(property kiosk-scheduler ExecMainStatus)"
say "a wrong configuration is left alone: $(inside journalctl --no-pager -o cat -u $scheduler | grep 'STORE_CODE' | tail -n 1)"
take_back $scheduler
inside systemctl restart $scheduler.service

# The services outlive what they need.
inside systemctl stop postgresql mosquitto
sell 5 alone
inside systemctl start postgresql mosquitto
same "database and broker stopped while it sold"
all_active || fail "a service ended with its database"

gone() { ! kill -0 "$1" 2>/dev/null; }
# starts_again WHAT: the machine is off; all of it comes by itself.
starts_again() {
  local began; began=$(ms)
  until_true 180 "its end" gone "$nspawn_pid"
  boot
  until_true 180 "the kiosk" ready
  say "$1: the shop sells $(($(ms) - began)) ms later"
  until_true 180 "every service" all_active
  sell 1 "$1"
  same "$1"
}
sell 2 before-reboot
inside systemctl reboot || true
starts_again "rebooted"
sell 2 before-the-plug
kill -KILL "$leader"
starts_again "the plug pulled"

# The next version is the same software under another number; the one after it dies at its start.
repack() {
  rm -rf "$work/next" && dpkg-deb -R "$deb" "$work/next" && sed -i "s/^Version: .*/Version: $1/" "$work/next/DEBIAN/control"
  [ "$2" = sound ] || echo 'throw new Error("this version does not start");' >"$work/next/opt/tillwire/app/apps/cli/src/main.ts"
  dpkg-deb -Znone --build "$work/next" "$root/root/tillwire_$1.deb" >/dev/null
}
repack 0.1.1 sound
began=$(ms)
inside dpkg -i /root/tillwire_0.1.1.deb >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log"; fail "the upgrade"; }
say "upgraded in place in $(($(ms) - began)) ms"
sell 1 upgraded
same "upgraded"
repack 0.1.2 broken
began=$(ms)
if inside env TILLWIRE_READY_S=20 dpkg -i /root/tillwire_0.1.2.deb >"$work/upgrade.log" 2>&1; then fail "a version that does not start was taken"; fi
grep -q 'the version before runs again' "$work/upgrade.log" || { cat "$work/upgrade.log"; fail "it did not go back"; }
until_true 180 "the version before" ready
say "went back in $(($(ms) - began)) ms"
until_true 120 "every service" all_active
sell 1 went-back
same "went back"

inside systemctl stop tillwire-kiosk.target
say "the moment stopping the target returns, web is $(property kiosk-web ActiveState)"
began=$(ms)
inside systemctl stop tillwire-kiosk.target 'tillwire-kiosk-*.service' tillwire-head-office.target 'tillwire-head-office-*.service'
for one in "${services[@]}"; do [ "$(property "$one" Result)" = success ] || fail "$one ended with $(property "$one" Result)"; done
say "stopped in $(($(ms) - began)) ms, every service by itself"
say "passed"
