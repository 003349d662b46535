#!/bin/sh
# Installs the Debian package into a root of its own, lets a kiosk sell, upgrades it in place, then installs a version
# that does not start: the one before must run again with every order. Run by hand: test/long/upgrade.sh
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
export PATH="$here/node_modules/.bin:$PATH"
work=$(mktemp -d /tmp/tillwire-upgrade-XXXXXX)
root=$work/root
data=$root/var/lib/tillwire
mkdir -p "$root/var/lib/dpkg" && touch "$root/var/lib/dpkg/status"
say() { echo "upgrade test: $*"; }

# What stands in for systemctl: starts and stops the kiosk of this root.
cat > "$work/service" <<SERVICE
#!/bin/sh
case "\$1" in
  start) [ "\$2" = tillwire-kiosk.target ] || exit 0
    cd "$data"
    env -i PATH=/usr/bin:/bin HOME="$work" "$root/opt/tillwire/app/apps/cli/bin/tillwire" kiosk web --env "$data/kiosk.env" >>"$work/kiosk.log" 2>&1 &
    echo \$! > "$work/pid" ;;
  stop) [ -f "$work/pid" ] || exit 0
    kill "\$(cat "$work/pid")" 2>/dev/null || true
    while kill -0 "\$(cat "$work/pid")" 2>/dev/null; do sleep 0.1; done
    rm -f "$work/pid" ;;
esac
SERVICE
chmod +x "$work/service"
trap '"$work/service" stop; rm -rf "$work"' EXIT
export TILLWIRE_SERVICE="$work/service" TILLWIRE_READY_S=40
install() { dpkg --root="$root" --log=/dev/null --force-not-root --force-depends --force-script-chrootless -i "$1"; }
ask() { node -e 'fetch(process.argv[1], { headers: { authorization: "Bearer a-token-of-the-test" } }).then((r) => r.text()).then((t) => process.stdout.write(t))' "http://127.0.0.1:$port$1"; }
sell() { node -e 'fetch(process.argv[1], { method: "POST", headers: { authorization: "Bearer a-token-of-the-test", "content-type": "application/json" }, body: JSON.stringify({ requestId: process.argv[2], channel: "OT-C", vatBasis: "take", lines: [{ kind: "product", code: Number(process.argv[3]), quantity: 1 }], tenders: [{ method: "card" }] }) }).then(async (r) => { if (r.status !== 201) { console.error(await r.text()); process.exit(1); } })' "http://127.0.0.1:$port/api/orders" "$1" "$code"; }
count() { ask /api/orders | node -e 'let t=""; process.stdin.on("data",(c)=>t+=c).on("end",()=>console.log(JSON.parse(t).orders.length))'; }
wait_ready() { for _ in $(seq 300); do ask /readyz >/dev/null 2>&1 && return; sleep 0.2; done; say "not ready"; cat "$work/kiosk.log"; exit 1; }

port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
first=${FIRST_DEB:-$(node "$here/scripts/build-deb.ts" 0.1.0 | tail -n 1)}
say "installing $(basename "$first")"
install "$first" >/dev/null 2>&1
test "$(ls "$root/opt/tillwire")" = app
cat > "$data/kiosk.env" <<ENV
STORE_CODE=S77
DB_PATH=$data/data/S77.db
HTTP_HOST=127.0.0.1
HTTP_PORT=$port
API_TOKEN=a-token-of-the-test
CATALOGUE_PATH=$root/opt/tillwire/app/sample-menu
CATALOGUE_SHOP=1
ENV
"$work/service" start tillwire-kiosk.target
wait_ready
code=$(ask /api/catalogue | node -e 'let t=""; process.stdin.on("data",(c)=>t+=c).on("end",()=>console.log(JSON.parse(t).catalogue.products[0].code))')
sell one; sell two
say "sold $(count) orders by $(basename "$first")"

# The next version is the same software under another number; the one after it dies at its start.
repack() { rm -rf "$work/next"; dpkg-deb -R "$first" "$work/next"; sed -i "s/^Version: .*/Version: $1/" "$work/next/DEBIAN/control"; [ "$2" = sound ] || echo 'throw new Error("this version does not start");' > "$work/next/opt/tillwire/app/apps/cli/src/main.ts"; dpkg-deb -Znone --build "$work/next" "$work/tillwire_$1.deb" >/dev/null; }
repack 0.1.1 sound
began=$(date +%s%N)
install "$work/tillwire_0.1.1.deb" >/dev/null 2>&1
say "upgraded in $(( ($(date +%s%N) - began) / 1000000 )) ms, shop closed meanwhile"
test "$(count)" = 2
sell three
repack 0.1.2 broken
began=$(date +%s%N)
if install "$work/tillwire_0.1.2.deb" >"$work/failed.log" 2>&1; then say "a version that does not start was taken"; exit 1; fi
grep -q 'the version before runs again' "$work/failed.log"
wait_ready
test "$(count)" = 3
sell four
test "$(count)" = 4
say "went back in $(( ($(date +%s%N) - began) / 1000000 )) ms; 4 orders sold, 4 there"
