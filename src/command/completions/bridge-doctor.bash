# bash completion for bridge-doctor

_bridge_doctor() {
    local -a words=()
    local index whole=
    # Bash takes `--bridge=br0` for three words.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        if [[ $index -gt 0 && ${words[-1]} == --* && (${COMP_WORDS[index]} == = || ${words[-1]} == *=) ]]; then
            words[-1]+=${COMP_WORDS[index]}
        else
            words+=("${COMP_WORDS[index]}")
        fi
    done
    whole=${words[-1]}
    COMPREPLY=()
    # The first bridge-doctor of PATH is asked, never the file that is being typed: it may be anybody's.
    local line value
    while IFS= read -r line; do
        if [[ $line == / ]]; then
            compopt -o filenames -o default
            COMPREPLY=()
            return
        fi
        value=${line%%$'\t'*}
        # What stands before the part that readline replaces must not be inserted again.
        [[ $whole == *=* && $value == "${whole%%=*}="* ]] && value=${value#*=}
        [[ $value == *[![:alnum:]_./:=@%+,-]* ]] && printf -v value '%q' "$value"
        COMPREPLY+=("$value")
    done < <(command bridge-doctor __complete -- "${words[@]}" 2>/dev/null </dev/null)
}

complete -o nosort -F _bridge_doctor bridge-doctor
