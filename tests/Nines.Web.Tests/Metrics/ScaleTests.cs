using System.Diagnostics;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Web.Metrics;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Metrics;

public sealed class ScaleTests
{
    private const int Components = 10_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(250);

    /// <summary>Half of an hour's changes of 10,000 components, and then a scrape every 15 s, while some more change.</summary>
    [Fact]
    public async Task A_scrape_of_ten_thousand_components_takes_less_than_a_quarter_of_a_second()
    {
        await using var watched = new Watched();
        var names = Enumerable.Range(0, Components).Select(i => string.Create(CultureInfo.InvariantCulture, $"component-{i:D5}")).ToArray();
        await watched.ConfigAsync(names);
        foreach (var some in names.Chunk(1_000))
            await watched.AddAsync([.. some.Select(name => (Fact)new TimelineRevised(At(1), new ComponentId(name), null, At(0), [In(0, State.Up), In(10, State.Down, $"{name}-1"), In(20, State.Up)]))]);
        watched.Until = 30;
        await using var server = await Server.StartAsync(Server.Options(status: () => watched.Status), watched.Source());
        server.Client.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text");

        // A scrape that waited for the ledger in vain tells of the watch alone; on a busy machine the first reading takes longer than a scrape waits.
        var first = await ScrapeAsync(server);
        for (var i = 0; i < 20 && first.Bytes <= Components * 1_000; i++) first = await ScrapeAsync(server);
        var times = new List<TimeSpan>();
        // On a busy machine it takes more tries until one had the processor to itself.
        for (var i = 0; i < 8 || (i < 60 && times.Min() >= Limit); i++)
        {
            watched.Until += 15;
            foreach (var name in names.Skip(i * 10).Take(10)) await watched.ReviseAsync(name, watched.Until - 1, In(watched.Until - 1, State.Down, $"{name}-2"));
            times.Add((await ScrapeAsync(server)).Took);
        }
        var unchanged = await ScrapeAsync(server);
        TestContext.Current.SendDiagnosticMessage("first {0} ms, {1} bytes; then {2} ms; nothing new {3} ms", first.Took.TotalMilliseconds, first.Bytes, string.Join(' ', times.Select(took => took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture))), unchanged.Took.TotalMilliseconds);
        Assert.True(times.Min() < Limit, string.Join(' ', times));
        Assert.True(first.Bytes > Components * 1_000, $"{first.Bytes} B");
    }

    private static async Task<(TimeSpan Took, int Bytes)> ScrapeAsync(Server server)
    {
        var began = Stopwatch.GetTimestamp();
        var bytes = await server.Client.GetByteArrayAsync("/metrics");
        return (Stopwatch.GetElapsedTime(began), bytes.Length);
    }
}
