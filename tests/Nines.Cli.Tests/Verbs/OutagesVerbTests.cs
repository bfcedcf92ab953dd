using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Verbs;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Verbs;

/// <summary><c>nines get outages</c>: what people corrected is told in the table too.</summary>
public sealed class OutagesVerbTests : IDisposable
{
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 11, 0);
    private static readonly ComponentId Shop = new("shop");
    private readonly string folder = Directory.CreateTempSubdirectory("nines-outages-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Instant At(double seconds) => Start + Duration.FromSeconds(seconds);

    private static TimelineRevised Outage(string name, double from, double to) => new(At(to), Shop, null, At(from),
        [new Segment(At(from), State.Down, State.Down, State.Down) { Outage = name, Cause = new Cause(CauseKind.Technical, "connection refused") }, new Segment(At(to), State.Up, State.Up, State.Up)]);

    [Fact]
    public async Task A_false_alarm_corrected_bounds_and_a_corrected_cause_are_marked_in_the_table_and_told_below()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System, cancellation: TestContext.Current.CancellationToken))
        {
            await journal.AppendAsync(new Append("watch", "1",
            [
                new ConfigLoaded(At(0), "digest", "{}", "0.1.0", "2026a", [new ComponentSummary(Shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], null)]),
                new WatchStarted(At(0), "run-1", "host"),
                new TimelineRevised(At(1), Shop, null, At(0), [new Segment(At(0), State.Up, State.Up, State.Up)]),
                Outage("shop-1", 100, 200), Outage("shop-2", 300, 400), Outage("shop-3", 500, 600), Outage("shop-4", 700, 800),
                new Watched(At(1_000), "run-1", []),
                new OutageCorrected(At(1_001), "shop-1", "ada", CorrectionClaim.FalseAlarm, "the proxy was down"),
                new OutageCorrected(At(1_002), "shop-2", "ada", CorrectionClaim.Bounds, "the log says so") { Began = new Bounds(At(290), At(290)) },
                new CauseCorrected(At(1_003), "shop-3", "ben", CauseKind.Security, "the key was stolen"),
            ]), TestContext.Current.CancellationToken);
        }
        var (output, talk) = (new StringWriter(), new StringWriter());
        var screen = new Screen { Out = output, Error = talk, IsTerminal = false, HasColor = false, Width = 300 };
        Assert.Equal(0, await Shell.RunAsync(CommandTree.Create(new ManualTimeProvider(At(1_100).ToDateTimeOffset()), screen), ["get", "outages", "--data", folder], screen));
        var said = output.ToString();
        string Row(string name) => said.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal));
        Assert.Contains("closed, false alarm by hand", Row("shop-1"), StringComparison.Ordinal);
        Assert.Contains("closed, bounds by hand", Row("shop-2"), StringComparison.Ordinal);
        Assert.Contains("security, by hand", Row("shop-3"), StringComparison.Ordinal);
        Assert.DoesNotContain("by hand", Row("shop-4"), StringComparison.Ordinal);
        Assert.Contains("shop-1: Corrected by hand: ada says that it was a false alarm (the proxy was down).", said, StringComparison.Ordinal);
        Assert.Contains("shop-3: ben corrected the cause to security (the key was stolen). Judged was technical.", said, StringComparison.Ordinal);
    }
}
