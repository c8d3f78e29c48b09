#compdef bridge-doctor
# zsh completion for bridge-doctor

_bridge_doctor() {
    local -a values shown
    local line
    # The first bridge-doctor of PATH is asked, never the file that is being typed: it may be anybody's.
    for line in "${(@f)$(command bridge-doctor __complete -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}"; do
        if [[ $line == / ]]; then
            compset -P '--*='
            _files
            return
        elif [[ -n $line ]]; then
            values+=("${line%%$'\t'*}")
            shown+=("${line/$'\t'/  -- }")
        fi
    done
    (( $#values )) && compadd -l -V bridge-doctor -d shown -a values
}

# Autoloaded from $fpath, the file itself is the function; sourced, it only registers it.
if [[ $funcstack[1] == _bridge-doctor ]]; then
    _bridge_doctor "$@"
else
    compdef _bridge_doctor bridge-doctor
fi
