# fish completion for bridge-doctor

function __bridge_doctor_complete
    command --query bridge-doctor; or return
    set --local word (commandline --current-token)
    # The first bridge-doctor of PATH is asked, never the file that is being typed: it may be anybody's.
    set --local answer (command bridge-doctor __complete -- (commandline --current-process --tokenize --cut-at-cursor) "$word" 2>/dev/null </dev/null)
    if test "$answer" = /
        set --local option (string match --regex -- '^--[^=]*=' $word)
        __fish_complete_path (string replace --regex -- '^--[^=]*=' '' "$word") | string replace --regex '^' -- "$option"
    else
        string join \n -- $answer
    end
end

complete --command bridge-doctor --no-files --keep-order --arguments '(__bridge_doctor_complete)'
