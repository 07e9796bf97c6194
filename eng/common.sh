# shellcheck shell=bash
# Words to the person at the terminal. Sourced by ./fakeai.

started=${EPOCHREALTIME/[.,]/}

# Seconds since the start, with one decimal.
elapsed() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - started) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

say() { printf '[%6s s] %s\n' "$(elapsed)" "$*"; }

# One clear line, and out.
die() {
  echo "fakeai: $*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

data_folder() {
  echo "${FAKEAI_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/fakeai}"
}

# Before a command: it is told to stop when this script ends, however that happens.
tied=()
! have setpriv || tied=(setpriv --pdeathsig TERM --)

# Something accepts connections there.
answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# GET http://127.0.0.1:$1$2 answers 200 within 2 s.
healthy() {
  # shellcheck disable=SC2016
  timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" "$2" >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]' \
    healthy "$1" "$2" 2>/dev/null
}

# Free megabytes where a file of this folder would go.
free_mb() {
  local folder=$1
  while [ ! -d "$folder" ]; do folder=$(dirname -- "$folder"); done
  df -Pk -- "$folder" | awk 'NR == 2 { print int($4 / 1024) }'
}

need_disk() {
  local folder=$1 wanted=$2 free
  free=$(free_mb "$folder")
  [ "$free" -ge "$wanted" ] || die "no disk space: $folder has $free MB free, $wanted MB are needed."
}
