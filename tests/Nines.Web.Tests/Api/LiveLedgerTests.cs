using Nines.Core;
using Nines.Testing;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Tests.Api;

/// <summary>The one ledger that everybody reads, while the journal grows.</summary>
public sealed class LiveLedgerTests
{
    [Fact]
    public async Task Many_readers_see_one_history_that_only_grows()
    {
        const int readers = 16, facts = 600;
        var begun = 0;
        await using var watched = new Watched();
        await watched.ConfigAsync("shop");
        using var live = new LiveLedger(watched.Journal, null, () => Watched.At(watched.Until));
        using var stop = new CancellationTokenSource();
        async Task<int> ReadAsync()
        {
            var (last, reads) = (0L, 0);
            while (!stop.IsCancellationRequested)
            {
                var (position, frontier, outages) = await live.ReadAsync(ledger => (ledger.Position.Value, ledger.Frontier, ledger.Components.Single().Outages.Count()));
                Assert.True(position >= last, "a position went back");
                Assert.Equal(position <= 3 ? 0 : (position - 3 + 1) / 2, outages); // every other fact ends one: what was read is of one position
                Assert.True(frontier is null || frontier >= Watched.Zero + Duration.FromSeconds(position - 3), "judged less far than its own facts");
                last = position;
                if (reads++ == 0) Interlocked.Increment(ref begun);
                await Task.Yield();
            }
            return reads;
        }
        var reading = Enumerable.Range(0, readers).Select(_ => Task.Run(ReadAsync)).ToList();
        await Patience.UntilAsync("each has read once", () => Volatile.Read(ref begun) == readers || reading.Exists(one => one.IsCompleted));
        for (var i = 1; i <= facts; i++)
        {
            watched.Until = i + 1; // beyond the fact: of what begins at the frontier itself nothing is claimed yet
            await watched.ReviseAsync("shop", i, Watched.In(i, i % 2 == 1 ? State.Down : State.Up, i % 2 == 1 ? $"shop-{(i + 1) / 2}" : null));
            if (i % 20 == 0) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
        await stop.CancelAsync();
        foreach (var one in reading) Assert.True(await one > 0);
        Assert.Equal(facts / 2, await live.ReadAsync(ledger => ledger.Outages.Count()));
    }
}
