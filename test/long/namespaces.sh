#!/bin/bash
# Head Office and a shop as two hosts: two network namespaces with a cable between them, each with its own /etc/hosts
# and without the other's files. A fresh shop from nothing to its first acknowledged order over TLS, in ten commands; the
# line cut while it sells; a broker by the wrong name, a stolen join file and a used one turned away.
# Run by hand, as root on Linux with Mosquitto and PostgreSQL of Debian: test/long/namespaces.sh
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
export PATH="$here/node_modules/.bin:$PATH:/usr/sbin:/sbin"
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
work=$(mktemp -d "${TMPDIR:-/tmp}/tillwire-namespaces-XXXXXX")
chmod 755 "$work"
mkdir "$work/office" "$work/shop" "$work/stick" "$work/hosts"
say() { echo "namespaces: $*"; }
fail() { say "FAILED: $*"; tail -n 5 "$work"/*/*.log "$work"/*.log 2>/dev/null; exit 1; }
ms() { echo $(($(date +%s%N) / 1000000)); }

declare -A host
pids=()
# Whatever was started ends before the namespaces it lives in; those go with the process that holds them.
clean() {
  trap - EXIT
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  [ ! -f "$work/office/postgres/postmaster.pid" ] || kill -INT "$(head -n 1 "$work/office/postgres/postmaster.pid")" 2>/dev/null || true
  for pid in "${pids[@]}"; do while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; done
  for pid in "${host[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

# boot NAME HIDDEN: a host of its own, to which the folder HIDDEN does not exist.
boot() {
  unshare --net --mount --propagation private sh -c "
    mount --bind '$work/hosts/$1' /etc/hosts && mount -t tmpfs none '$work/$2' && ip link set lo up &&
    touch '$work/hosts/$1.up' && exec sleep infinity" &
  host[$1]=$!
  disown
  while [ ! -e "$work/hosts/$1.up" ]; do kill -0 "${host[$1]}" || fail "no namespaces here: root, and Linux, are needed"; sleep 0.05; done
}
at() { local name=$1; shift; nsenter --target "${host[$name]}" --net --mount -- "$@"; }
# background NAME LOG COMMAND…: runs there until the end; its process is in `last`.
background() {
  local name=$1 log=$2; shift 2
  nsenter --target "${host[$name]}" --net --mount -- "$@" >>"$log" 2>&1 &
  last=$!; pids+=("$last")
}
# until_true SECONDS WHAT COMMAND…: a condition with a deadline.
until_true() {
  local end=$(($(date +%s) + $1)) what=$2; shift 2
  until "$@"; do [ "$(date +%s)" -lt "$end" ] || fail "$what did not come in time"; sleep 0.1; done
}

printf '127.0.0.1 localhost\n10.77.0.1 broker.chain.test\n' >"$work/hosts/office"
printf '127.0.0.1 localhost\n10.77.0.1 broker.chain.test elsewhere.chain.test\n' >"$work/hosts/shop"
boot office shop
boot shop office
ip link add tillwire-o netns "${host[office]}" type veth peer name tillwire-s netns "${host[shop]}"
at office ip address add 10.77.0.1/30 dev tillwire-o; at office ip link set tillwire-o up
at shop ip address add 10.77.0.2/30 dev tillwire-s; at shop ip link set tillwire-s up

# A PostgreSQL and nothing else is there before the first command.
mkdir "$work/office/postgres" && chown postgres: "$work/office/postgres"
at office runuser -u postgres -- "$postgres/initdb" -D "$work/office/postgres" -A trust >/dev/null
background office "$work/postgres.log" runuser -u postgres -- "$postgres/postgres" -D "$work/office/postgres" -k "$work/office/postgres" -c listen_addresses=127.0.0.1
until_true 120 "PostgreSQL" at office "$postgres/pg_isready" -q -h 127.0.0.1
query() { at office psql -qtA "postgres://postgres@127.0.0.1/tillwire" -c "$1"; }

office_env=$work/office/head-office.env
tillwire=$here/apps/cli/bin/tillwire
commands=0
began=$(ms)
step() { commands=$((commands + 1)); say "$(printf '%2d  %6d ms  %s' "$commands" $(($(ms) - began)) "$*")"; }

step "createdb"
at office createdb -h 127.0.0.1 -U postgres tillwire
step "tillwire broker init"
at office "$tillwire" broker init "$work/office/broker" --host broker.chain.test >/dev/null
step "mosquitto"
background office "$work/office/mosquitto.log" mosquitto -c "$work/office/broker/mosquitto/mosquitto.conf"
step "the environment file"
{
  cat "$work/office/broker/accounts/head-office.env"
  printf '%s\n' "MQTT_ADMIN=$work/office/broker/accounts/admin.env" "DATABASE_URL=postgres://postgres@127.0.0.1/tillwire" \
    "HO_STATE_DIR=$work/office/state" "ADMIN_TOKEN=a-token-of-the-test"
} >"$office_env"
step "tillwire head-office"
background office "$work/office/office.log" "$tillwire" head-office --env "$office_env"
until_true 120 "Head Office" grep -q 'Head Office is at' "$work/office/office.log"
step "tillwire catalogue import"
at office "$tillwire" catalogue import "$here/sample-menu" --shop 1 --by anna --env "$office_env" >/dev/null
step "tillwire catalogue publish"
at office "$tillwire" catalogue publish 1 --by anna --env "$office_env" >/dev/null
provision() {
  at office "$tillwire" store provision "$1" --out "$work/stick/$2.json" --json --env "$office_env" "${@:3}" |
    node -e 'let t = ""; process.stdin.on("data", (c) => (t += c)).on("end", () => console.log(JSON.parse(t).code))'
}
step "tillwire store provision"
code=$(provision S16 S16 --name Harbour)
step "tillwire kiosk join"
at shop "$tillwire" kiosk join "$work/stick/S16.json" --dir "$work/shop/kiosk" --code "$code" >/dev/null
step "tillwire kiosk"
background shop "$work/shop/kiosk.log" "$tillwire" kiosk --env "$work/shop/kiosk/kiosk.env"
kiosk=$last
until_true 120 "the kiosk" grep -q 'sells at' "$work/shop/kiosk.log"

# sell COUNT NAME: so many sales, one after the other; prints their ids.
till() { at shop node "$here/test/long/till.ts" "$work/shop/kiosk/kiosk.env" "$@"; }
sell() { till sell "$1" "$2"; }
unsent() { till unsent; }
all_sent() { [ "$(unsent)" = 0 ]; }
held() { query "SELECT global_order_id FROM orders ORDER BY 1" | sort; }

sell 1 first >"$work/sold"
until_true 120 "the first acknowledgement" all_sent
say "first order sold and acknowledged $(($(ms) - began)) ms after the first of $commands commands"
[ "$commands" -le 10 ] || fail "$commands commands"
diff "$work/sold" <(held) || fail "Head Office holds something else"

# The line is cut: what is unsent grows, the till sells on.
at shop ip link set tillwire-s down
cut=$(ms)
sell 40 cut >>"$work/sold"
[ "$(unsent)" = 40 ] || fail "$(unsent) unsent with the line cut"
[ "$(held | wc -l)" = 1 ] || fail "an order came through a line that is cut"
# Long enough that both ends have given the connection up.
until_true 120 "the kiosk's own word that its line is lost" grep -q 'broker connection lost' "$work/shop/kiosk.log"
say "line cut: the kiosk gave its connection up after $(($(ms) - cut)) ms"
at shop ip link set tillwire-s up
mended=$(ms)
until_true 120 "everything sold" all_sent
say "line cut: 40 sold meanwhile; all acknowledged $(($(ms) - mended)) ms after the line came back"
sort "$work/sold" | diff - <(held) || fail "Head Office holds something else"
say "sold $(wc -l <"$work/sold"), at Head Office $(held | wc -l), the same"

# refused WHAT PATTERN COMMAND…: ends with 1 and says so in one clear line.
refused() {
  local what=$1 pattern=$2 said; shift 2
  if said=$(at shop "$@" 2>&1); then fail "$what was let in: $said"; fi
  grep -Eq "$pattern" <<<"$said" || fail "$what: $said"
  say "$what: ${said#tillwire: }"
}
broker_lines() { wc -l <"$work/office/mosquitto.log"; }
# broker_says FROM WHAT PATTERN: what it wrote after its line FROM.
broker_says() {
  until_true 10 "the broker's word on $2" sh -c "tail -n +$(($1 + 1)) '$work/office/mosquitto.log' | grep -Eq '$3'"
  say "  the broker: $(tail -n +$(($1 + 1)) "$work/office/mosquitto.log" | grep -E "$3" | head -n 1 | sed 's/^[0-9]*: //')"
}

other=$(provision S17 S17 --broker-url mqtts://elsewhere.chain.test:8883)
from=$(broker_lines)
refused "a broker by another name than its certificate's" 'for another host name' \
  "$tillwire" kiosk join "$work/stick/S17.json" --dir "$work/shop/S17" --code "$other"
broker_says "$from" "a client that turned it away" 'OpenSSL Error|Socket error|closed its connection|disconnected'
[ ! -e "$work/shop/S17/kiosk.env" ] || fail "a refused join left an installation"

cp "$work/stick/S17.json" "$work/stick/stolen.json"
from=$(broker_lines)
refused "a stolen join file without its code" 'code' \
  "$tillwire" kiosk join "$work/stick/stolen.json" --dir "$work/shop/thief" --code 0000-0000-0000-0000
[ ! -e "$work/shop/thief/kiosk.env" ] || fail "a refused join left an installation"
say "  the broker: $(($(broker_lines) - from)) lines: without its code the file tells nobody where to go"
from=$(broker_lines)
refused "a join file that was used, with its code" 'refuse|used' \
  "$tillwire" kiosk join "$work/stick/S16.json" --dir "$work/shop/thief" --code "$code"
broker_says "$from" "who it refused" 'not authori[sz]ed|S16'
kill -0 "$kiosk" || fail "the kiosk ended"
sell 1 last >>"$work/sold"
until_true 120 "the last order" all_sent
sort "$work/sold" | diff - <(held) || fail "Head Office holds something else"
say "passed: $(wc -l <"$work/sold") sold, $(held | wc -l) held, the same"
