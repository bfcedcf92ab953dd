using System.CommandLine;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines completion bash|zsh|fish|pwsh</c>: a script that lets the shell ask nines itself what may come next.</summary>
/// <remarks>The scripts call <c>nines "[suggest:CURSOR]" "LINE"</c>; LINE begins after the program's name, so that the name under which it runs does not matter.</remarks>
public static class CompletionVerb
{
    private const string Bash = """
        # Put into ~/.bashrc:  source <(nines completion bash)
        _nines() {
            local line="${COMP_LINE:0:COMP_POINT}"
            line="${line#*"${COMP_WORDS[0]}"}"
            line="${line# }"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^[/-].\?$')" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _nines nines

        """;

    private const string Zsh = """
        #compdef nines
        # Put into ~/.zshrc, after compinit:  source <(nines completion zsh)
        _nines() {
            local line="${(j: :)${(@)words[2,CURRENT]}}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^[/-].\?$')}")
            if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _nines nines

        """;

    private const string Fish = """
        # Put into ~/.config/fish/completions/nines.fish:  nines completion fish > ~/.config/fish/completions/nines.fish
        function __nines_suggest
            set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
            set -l program (commandline -opc)[1]
            $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -rv '^[/-].?$'
        end
        complete -c nines -a '(__nines_suggest)'

        """;

    private const string Pwsh = """
        # Put into $PROFILE:  nines completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName nines -ScriptBlock {
            param($word, $ast, $cursor)
            $text = $ast.ToString().PadRight($cursor).Substring(0, $cursor - $ast.Extent.StartOffset)
            $line = $text -replace '^\S+\s?', ''
            & $ast.CommandElements[0].ToString() "[suggest:$($line.Length)]" $line 2>$null |
                Where-Object { $_ -like "$word*" -and $_ -notmatch '^[/-].?$' } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    public static Command Create(Screen screen)
    {
        var verb = new Command("completion", "Print a script that completes verbs, options and values in your shell");
        foreach (var (shell, script) in (ReadOnlySpan<(string, string)>)[("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("pwsh", Pwsh)])
        {
            var command = new Command(shell, $"For {shell}; its first lines say where to put it");
            command.SetAction(_ => screen.Out.Write(script.ReplaceLineEndings("\n")));
            verb.Add(command);
        }
        return verb;
    }
}
