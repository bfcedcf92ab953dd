using System.Diagnostics;

namespace Nines.EndToEnd.Tests;

/// <summary>Real shells with the real scripts: what each would offer at the end of a line.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Bash = """
        source <(nines completion bash)
        COMP_LINE="$1"; COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        $(complete -p nines | sed 's/.*-F \([^ ]*\).*/\1/')
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // The function runs as in a terminal; what it would add is printed instead.
    private const string Zsh = """
        compdef() { : }
        compadd() { shift; local word; for word in "$@"; do [[ $word == "${words[-1]}"* ]] && print -r -- $word; done }
        source <(nines completion zsh)
        words=("${(@s: :)1}"); CURRENT=$#words
        _nines
        """;

    private const string Fish = "nines completion fish | source; complete -C $argv[1]";

    private readonly TemporaryFolder folder = new();

    public CompletionTests()
    {
        var nines = Path.Combine(folder.Path, "nines");
        File.WriteAllText(nines, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "nines.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(nines, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(folder.Path, "nines.yaml"), """
            data: records
            listen: off
            components:
              - {name: shop, kind: dapp, needs: [shipping]}
              - {name: shipping, kind: infra, probes: [{tcp: "127.0.0.1:1", every: 1s, timeout: 500ms, hold: false}]}
              - {name: other, kind: infra, needs: ['${NOT_SET}']}
            policies: [{name: mine}]
            """);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nines get out", "outages")]
    [InlineData("nines rep", "report")]
    [InlineData("nines report --pol", "--policy")]
    [InlineData("nines report --policy str", "strict")]
    [InlineData("nines report --policy mi", "mine minute-and-more")]
    [InlineData("nines completion ", "bash fish pwsh zsh")]
    [InlineData("nines schema ", "config facts incident monthly objectives outages outlook periods report sla")]
    [InlineData("nines probe sh", "shipping shop")]
    [InlineData("nines get components --component o", "other")]
    [InlineData("nines pause sh", "shipping shop")]
    [InlineData("nines probe -c nowhere.yaml sh", "")]
    public async Task Bash_completes_verbs_nouns_options_values_and_names(string line, string expected) =>
        Assert.Equal(expected, await CompleteAsync("bash", Bash, line));

    [Theory]
    [InlineData("nines get out", "outages")]
    [InlineData("nines probe sh", "shipping shop")]
    [InlineData("nines report --policy mi", "mine minute-and-more")]
    public async Task Zsh_completes_the_same(string line, string expected) => Assert.Equal(expected, await CompleteAsync("zsh", Zsh, line));

    [Theory]
    [InlineData("nines get out", "outages")]
    [InlineData("nines probe sh", "shipping shop")]
    [InlineData("nines report --policy mi", "mine minute-and-more")]
    public async Task Fish_completes_the_same(string line, string expected) => Assert.Equal(expected, await CompleteAsync("fish", Fish, line));

    [Fact]
    public async Task Names_of_outages_come_from_the_record()
    {
        File.WriteAllText(Path.Combine(folder.Path, "nines.yaml"), """
            data: records
            listen: off
            control: {targets: ["tcp://127.0.0.1:1"]}
            components: [{name: shipping, kind: infra, probes: [{tcp: "127.0.0.1:1", every: 1s, timeout: 500ms, hold: false}]}]
            """);
        await using (var nines = NinesProcess.Start(folder.Path, "up"))
        {
            await nines.SaysAsync("shipping-1");
            await nines.TerminateAsync();
        }
        Assert.Equal("shipping-1", await CompleteAsync("bash", Bash, "nines explain outage "));
        Assert.Equal("", await CompleteAsync("bash", Bash, "nines explain outage x"));
    }

    private async Task<string> CompleteAsync(string shell, string script, string line)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, shell))), $"{shell} is not installed");
        // Shells of this kind read no file of the user's.
        string[] arguments = shell switch { "bash" => ["--norc", "-c", script, "bash", line], "zsh" => ["-f", "-c", script, "zsh", line], _ => ["--no-config", "-c", script, line] };
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = folder.Path;
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("rror", await errors, StringComparison.Ordinal);
        // Options that every verb has are offered too, and fish says what each is about.
        return string.Join(' ', said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(offer => offer.Split('\t')[0].Trim())
            .Where(offer => offer.Length > 0 && (!offer.StartsWith('-') || line.Contains(" --", StringComparison.Ordinal) && !line.EndsWith(' ')) && !offer.StartsWith("--h", StringComparison.Ordinal) && !offer.StartsWith("--o", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
