using Nines.Testing;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Watching;
using Nines.Core.Facts;
using Nines.Ledger.Snapshots;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class LedgerKeeperTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-keeper-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_folded_up_to_the_last_fact_is_kept_when_the_watch_stops()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System);
        var start = Instant.FromUtc(2026, 1, 1, 0, 0);
        await journal.AppendAsync(new Append("watch", "begin", [new WatchStarted(start, "run-1", "host")]));
        using var stopping = new CancellationTokenSource();
        var keeper = new LedgerKeeper(journal, folder, TimeProvider.System, text => Assert.Fail(text));
        var announcing = new Announcer(journal, keeper, _ => { }).RunAsync(stopping.Token);
        var file = Path.Combine(folder, LedgerSnapshot.FileName);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(file), Patience.Most));
        await journal.AppendAsync(new Append("watch", "end", [new WatchStopped(start + Duration.FromHours(1), "run-1")]));
        var before = await File.ReadAllBytesAsync(file);
        await stopping.CancelAsync();
        await announcing;

        Assert.NotEqual(before, await File.ReadAllBytesAsync(file));
        Assert.True((await LedgerSnapshot.LoadAsync(journal, folder)).StoppedCleanly);
    }

    [Fact]
    public async Task A_folder_that_takes_no_snapshot_is_told_of_once_and_ends_nothing()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System);
        await journal.AppendAsync(new Append("watch", "begin", [new WatchStarted(Instant.FromUtc(2026, 1, 1, 0, 0), "run-1", "host")]));
        var said = new List<string>();
        var keeper = new LedgerKeeper(journal, Path.Combine(folder, "missing"), TimeProvider.System, said.Add);
        var ledger = await LedgerSnapshot.LoadAsync(journal, folder);
        await keeper.KeepAsync(ledger);
        await keeper.KeepAsync(ledger);

        Assert.Contains("no snapshot of the ledger", Assert.Single(said), StringComparison.Ordinal);
    }
}
