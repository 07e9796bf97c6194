# shellcheck shell=bash
# ./fakeai up. Sourced by ./fakeai.

apphost_pid=

need_number() {
  [[ $2 =~ ^[0-9]{1,5}$ ]] && [ "$2" -ge 1 ] && [ "$2" -le "$3" ] || die "$1 is '$2', but must be a whole number from 1 to $3."
}

need_free_port() {
  ! answers 127.0.0.1 "$1" || die "port $1 is in use by another program: end it, or choose another port with $2 N."
}

need_free_home() {
  local home=$1
  [ -f "$home/lock" ] || return 0
  flock --nonblock --conflict-exit-code 9 "$home/lock" true || [ $? -ne 9 ] ||
    die "FakeAi already runs with the data folder $home (process $(cat -- "$home/pid" 2>/dev/null || echo unknown)): stop it, or set FAKEAI_HOME to another folder."
}

stop_apphost() {
  trap '' INT TERM HUP
  if kill -0 "$apphost_pid" 2>/dev/null; then
    kill -TERM "$apphost_pid" 2>/dev/null || true
    local i
    for ((i = 0; i < 48; i++)); do
      kill -0 "$apphost_pid" 2>/dev/null || break
      sleep 0.1
    done
    # Its own children go with it: the kernel sees to that.
    kill -KILL "$apphost_pid" 2>/dev/null || true
  fi
  wait "$apphost_pid" 2>/dev/null || true
}

on_signal() {
  stop_apphost
  say "stopped"
  exit 0
}

start_apphost() {
  export FakeAi__GatewayPort=$port FakeAi__DashboardPort=$dashboard_port FakeAi__Engines=$engines
  export FakeAi__LogFolder="$state/logs"
  [ -z "${FAKEAI_REDIS:-}" ] || export ConnectionStrings__redis=$FAKEAI_REDIS
  trap on_signal INT TERM HUP
  if [ "$profile" = full ]; then
    "${tied[@]}" dotnet run --project FakeAi.AppHost --no-build -c Release >"$state/logs/apphost.log" 2>&1 &
  else
    "${tied[@]}" dotnet exec "$(apphost_dll)" &
  fi
  apphost_pid=$!
}

await_health() {
  local told=0 deadline=$((SECONDS + 150))
  until healthy "$port" /health && healthy "$dashboard_port" /health; do
    if ! kill -0 "$apphost_pid" 2>/dev/null; then
      [ "$profile" = short ] || tail -n 20 "$state/logs/apphost.log" >&2
      wait "$apphost_pid" 2>/dev/null || true
      die "start-up failed; logs: .fakeai/logs"
    fi
    if [ $SECONDS -ge $deadline ]; then
      stop_apphost
      die "not healthy after 150 s; logs: .fakeai/logs"
    fi
    [ $((++told % 25)) -ne 0 ] || say "waiting for all services to be healthy"
    sleep 0.2
  done
}

addresses() {
  local aspire
  aspire=$(grep -om1 'https\?://[^ ]*/login?t=[^ ]*' "$state/logs/apphost.log" 2>/dev/null || true)
  say "ready"
  cat <<TEXT

  OpenAI base URL    http://127.0.0.1:$port/v1
  Dashboard          http://127.0.0.1:$dashboard_port
TEXT
  [ "$profile" = short ] || [ -z "$aspire" ] || echo "  Aspire dashboard   $aspire"
  cat <<TEXT
  Data               $home
  Logs               $state/logs

Try it:

  curl -N http://127.0.0.1:$port/v1/chat/completions -H 'content-type: application/json' -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

Ctrl-C stops everything.
TEXT
}

fakeai_up() {
  port=${FAKEAI_PORT:-8000}
  dashboard_port=${FAKEAI_DASHBOARD_PORT:-8080}
  engines=${FAKEAI_ENGINES:-1}
  while [ $# -gt 0 ]; do
    case $1 in
      --port | --dashboard-port | --engines) [ $# -ge 2 ] || die "$1 needs a number." ;;&
      --port) port=$2 && shift 2 ;;
      --dashboard-port) dashboard_port=$2 && shift 2 ;;
      --engines) engines=$2 && shift 2 ;;
      *)
        echo "fakeai: up has no option '$1'. See ./fakeai help." >&2
        exit 2
        ;;
    esac
  done
  need_number --port "$port" 65535
  need_number --dashboard-port "$dashboard_port" 65535
  need_number --engines "$engines" 64
  [ "$port" -ne "$dashboard_port" ] || die "gateway and dashboard cannot both have port $port: choose another with --port N or --dashboard-port N."

  home=$(data_folder)
  need_free_home "$home"
  need_free_port "$port" --port
  need_free_port "$dashboard_port" --dashboard-port
  need_disk "$home" 64
  need_disk "$root" 64
  [ -z "${FAKEAI_REDIS:-}" ] || need_given_redis
  need_dotnet
  need_profile
  if [ -z "${FAKEAI_REDIS:-}" ]; then
    if [ "$profile" = short ]; then
      need_redis
    else
      container_runtime || die "no Redis: the container runtime does not answer. Start it, set FAKEAI_REDIS to a Redis that is there, or delete .fakeai/registry.props to go without containers."
    fi
  fi
  build app FakeAi.AppHost/FakeAi.AppHost.csproj
  say "starting $engines engine(s), collector, gateway and dashboard, with ${FAKEAI_REDIS:+the given }Redis"
  start_apphost
  await_health
  addresses
  local code=0
  { wait "$apphost_pid"; } 2>/dev/null || code=$?
  trap - INT TERM HUP
  die "FakeAi ended by itself (exit code $code); logs: .fakeai/logs"
}
