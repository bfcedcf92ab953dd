using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Watching;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class AnnouncerTests : IDisposable
{
    private static readonly Instant Zero = Instant.FromUtc(2026, 1, 1, 0, 0);
    private readonly string folder = Directory.CreateTempSubdirectory("nines-announcer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_is_still_out_at_a_start_is_told_by_the_words_and_the_likely_instant_that_everything_else_tells()
    {
        var shop = new ComponentId("shop");
        var cause = new Cause(CauseKind.Technical, "the queue stands still");
        Segment Down(int from, State best, State likely) => new(At(from), best, likely, State.EffectivelyDown) { Outage = "shop-1", Cause = cause };
        await using var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System);
        await journal.AppendAsync(new Append("watch", "begin",
        [
            new ConfigLoaded(Zero, "digest", "{}", "0.1.0", "2026a", [new ComponentSummary(shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration.FromSeconds(35))]),
            new WatchStarted(Zero, "run-1", "host"),
            new TimelineRevised(At(30), shop, null, Zero, [new Segment(Zero, State.Up, State.Up, State.Up), Down(10, State.Up, State.Up), Down(15, State.Up, State.EffectivelyDown), Down(20, State.EffectivelyDown, State.EffectivelyDown)]),
            new Watched(At(60), "run-1", []),
        ]));
        using var stopping = new CancellationTokenSource();
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var announcing = new Announcer(journal, new LedgerKeeper(journal, folder, TimeProvider.System, text => Assert.Fail(text)), text => told.TrySetResult(text)).RunAsync(stopping.Token);

        Assert.Equal("shop-1  still effectively down since 00:00:15.000: the queue stands still", await told.Task.WaitAsync(Patience.Most));
        await stopping.CancelAsync();
        await announcing;
    }

    private static Instant At(int seconds) => Zero + Duration.FromSeconds(seconds);
}
