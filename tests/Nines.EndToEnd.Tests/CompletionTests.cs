using System.Diagnostics;

namespace Nines.EndToEnd.Tests;

public sealed class CompletionTests
{
    /// <summary>A real bash with the real script: what it would offer at the end of the line.</summary>
    [Theory]
    [InlineData("nines get out", "outages")]
    [InlineData("nines rep", "report")]
    [InlineData("nines report --pol", "--policy")]
    [InlineData("nines report --policy ", "degraded-down gatus incident-io instatus lenient minute-and-more observed partial-100 partial-30 partial-70 statuspage strict upptime uptime-kuma")]
    [InlineData("nines completion ", "bash fish pwsh zsh")]
    public async Task Bash_completes_verbs_nouns_options_and_values(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        var nines = Path.Combine(folder.Path, "nines");
        await File.WriteAllTextAsync(nines, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "nines.dll")}' \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(nines, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        const string script = """
            source <(nines completion bash)
            COMP_LINE="$1"; COMP_POINT=${#1}
            read -ra COMP_WORDS <<<"$1"
            [[ $1 == *' ' ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            $(complete -p nines | sed 's/.*-F \([^ ]*\).*/\1/')
            printf '%s\n' "${COMPREPLY[@]}" | grep -v -e '^--help$' -e '^--output$' | sort | paste -sd ' '
            """;
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", script, "bash", line]) start.ArgumentList.Add(argument);
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["LC_ALL"] = "C";
        using var bash = Process.Start(start)!;
        Assert.Equal(expected, (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
    }
}
