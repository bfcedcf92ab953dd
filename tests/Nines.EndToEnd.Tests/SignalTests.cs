using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Ledger;

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
        while (!Directory.Exists(db)) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, TestContext.Current.CancellationToken);
        var exit = await nines.SignalAsync(signal);
        Assert.True(exit == 0, string.Create(CultureInfo.InvariantCulture, $"{exit}: {nines.Said}"));
        Assert.DoesNotContain("NIN", nines.Said);
        if (!nines.Said.Contains("Watching", StringComparison.Ordinal)) return;
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(db, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.True((await LedgerProjection.LoadAsync(journal, TestContext.Current.CancellationToken)).StoppedCleanly);
    }
}
