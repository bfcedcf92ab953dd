using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>Told to stop at any instant, <c>nines up</c> ends by itself, with 0, and what it began it has ended on record.</summary>
public sealed class SignalTests
{
    private static async Task<TemporaryFolder> FolderAsync(string url)
    {
        var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"data: ./data\ncomponents: [{{name: a, kind: infra, probes: [{{http: '{url}', every: 1s, timeout: 1s}}]}}]\n");
        return folder;
    }

    [Theory]
    [InlineData("TERM", 0)]
    [InlineData("INT", 0)]
    [InlineData("TERM", 3)]
    [InlineData("TERM", 20)]
    [InlineData("TERM", 60)]
    [InlineData("TERM", 150)]
    [InlineData("INT", 400)]
    [InlineData("INT", 2_000)]
    public async Task A_signal_ends_up_with_0_and_no_trace_of_a_defect(string signal, int milliseconds)
    {
        await using var server = new SwitchedServer();
        using var folder = await FolderAsync(server.Url);
        await using var nines = NinesProcess.Start(folder.Path, "up");
        var db = Path.Combine(folder.Path, "data");
        // From here on it has hold of its signals; before, the system's own answer (143) is right.
        await Patience.UntilAsync("the data folder is there", () => Directory.Exists(db), () => nines.Said, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, TestContext.Current.CancellationToken);
        var exit = await nines.SignalAsync(signal);
        Assert.True(exit == 0, string.Create(CultureInfo.InvariantCulture, $"{exit}: {nines.Said}"));
        Assert.DoesNotMatch("NIN[0-9]{4}", nines.Said);
        if (!nines.Said.Contains("Watching", StringComparison.Ordinal)) return;
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(db, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.True((await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken)).StoppedCleanly);
    }

    [Fact]
    public async Task A_log_on_a_full_disk_does_not_end_the_watch()
    {
        if (!File.Exists("/dev/full")) return; // only Linux has a device that is always full
        await using var server = new SwitchedServer();
        using var folder = await FolderAsync(server.Url);
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh") { WorkingDirectory = folder.Path };
        foreach (var argument in (string[])["-c", "exec dotnet \"$0\" up >/dev/full 2>/dev/full", Path.Combine(AppContext.BaseDirectory, "nines.dll")]) start.ArgumentList.Add(argument);
        using var nines = System.Diagnostics.Process.Start(start)!;
        // What it has tried to say by then: that it watches, where it listens, that a is up.
        await Patience.UntilAsync("it ends, or a is up on record and looked at again", async () => nines.HasExited || await IsUpAsync(Path.Combine(folder.Path, "data")) && server.Asked > 3);
        Assert.False(nines.HasExited);
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", nines.Id.ToString(CultureInfo.InvariantCulture)])!;
        await nines.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Most, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(0, nines.ExitCode);
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Path.Combine(folder.Path, "data"), TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.True((await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken)).StoppedCleanly);
    }

    private static async Task<bool> IsUpAsync(string data)
    {
        if (!File.Exists(Path.Combine(data, "nines.db"))) return false;
        try
        {
            await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System);
            return (await LedgerProjection.LoadAsync(journal)).Find(new ComponentId("a"))?.Latest?.Likely == State.Up;
        }
        catch (JournalException notYet) when (notYet.Code is JournalErrors.NoJournal)
        {
            return false; // it is being made
        }
    }
}
