#!/bin/sh
# Starts what is installed on this machine with the version just unpacked, and goes back to the one before when a
# service does not become ready. Run by the Debian package; TILLWIRE_SERVICE stands in for systemctl in tests.
set -eu
root=${TILLWIRE_ROOT:-/opt/tillwire}
data=${TILLWIRE_DATA:-/var/lib/tillwire}
service=${TILLWIRE_SERVICE:-systemctl}
within=${TILLWIRE_READY_S:-90}
node=$root/app/node_modules/.bin/node

value() { sed -n "s/^$1=//p" "$2" | tail -n 1; }

# A target is gone at once, its services only when they have finished: they are waited for.
stop() { "$service" stop "tillwire-$1.target" "tillwire-$1-*.service"; }

# Asks until it is ready; a till sells only after this, so nothing sold is lost by going back before it.
ready() {
  case $1 in kiosk) usual=8080 ;; *) usual=8090 ;; esac
  host=$(value HTTP_HOST "$2") port=$(value HTTP_PORT "$2")
  address=http://${host:-127.0.0.1}:${port:-$usual}/readyz
  "$node" -e '
    const [address, within] = process.argv.slice(1);
    const end = Date.now() + Number(within) * 1000;
    const ask = () => fetch(address).then(({ ok }) => ok, () => false).then((ok) => {
      if (ok) process.exit(0);
      if (Date.now() > end) process.exit(1);
      setTimeout(ask, 250);
    });
    ask();' "$address" "$within"
}

go_back() {
  what=$1 database=$2
  echo "tillwire: $what did not become ready; going back to the version before" >&2
  stop "$what"
  if [ -d "$root/previous" ]; then
    rm -rf "$root/failed"
    mv "$root/app" "$root/failed"
    mv "$root/previous" "$root/app"
  fi
  # A version refuses the database of a later one: the copy from before the migrations goes back with it.
  if [ -n "$database" ] && [ -f "$database.before-upgrade" ]; then
    rm -f "$database-wal" "$database-shm"
    mv "$database.before-upgrade" "$database"
  fi
  "$service" start "tillwire-$what.target"
  echo "tillwire: the version before runs again; what failed is in $root/failed" >&2
  exit 1
}

for what in head-office kiosk; do
  file=$data/$what.env
  [ -f "$file" ] || continue
  stop "$what"
  database=$(value DB_PATH "$file")
  if [ -n "$database" ] && [ -f "$database" ]; then
    # Nothing runs: with its log the copy is whole.
    "$node" -e '
      const { DatabaseSync } = require("node:sqlite");
      const [database] = process.argv.slice(1);
      const db = new DatabaseSync(database);
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      db.close();' "$database"
    cp -p "$database" "$database.before-upgrade"
  fi
  "$service" start "tillwire-$what.target"
  ready "$what" "$file" || go_back "$what" "$database"
  [ -z "$database" ] || rm -f "$database.before-upgrade"
done
