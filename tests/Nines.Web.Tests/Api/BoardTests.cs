using System.Globalization;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Outages;
using Nines.Web.Api.Overview;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Api;

/// <summary>How components stand, kept between two looks.</summary>
public sealed class BoardTests
{
    [Fact]
    public async Task What_is_kept_between_two_looks_is_what_a_first_look_would_see()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var random = new Random(seed);
            await using var watched = new Watched();
            await watched.ConfigAsync("shop", "pay", "desk");
            var board = new Board(_ => null);
            var named = 0;
            for (double at = 1; at < 200; at += random.Next(3))
            {
                watched.Until = Math.Max(watched.Until, at + random.Next(3)); // facts come up to where all is judged, and more is judged without any
                if (random.Next(2) == 0)
                {
                    var region = random.Next(3) switch { 0 => "eu", 1 => "us", _ => null };
                    var outage = random.Next(2) == 0 ? $"{seed}-{named += random.Next(2)}" : null;
                    var segment = random.Next(5) switch
                    {
                        0 => In(at, State.Up),
                        1 => In(at, State.Down, outage),
                        2 => Between(at, State.Up, State.Degraded, State.Down, outage),
                        3 => In(at, State.Down) with { Window = "release" },
                        _ => Core.Timelines.Segment.Unseen(At(at)) with { Outage = outage, Window = random.Next(4) == 0 ? "release" : null },
                    };
                    await watched.ReviseAsync(random.Next(3) switch { 0 => "shop", 1 => "pay", _ => "desk" }, region, at, segment);
                }
                var (kept, anew) = await watched.Ledger.ReadAsync(ledger => (Said(board, ledger), Said(new Board(_ => null), ledger)));
                Assert.True(kept == anew, $"seed {seed}, {at} s:\n{kept}\nwhere a first look sees\n{anew}");
            }
        }
    }

    [Fact]
    public async Task A_component_that_nobody_sees_is_not_worked_out_again_while_only_time_passes()
    {
        await using var watched = new Watched();
        await watched.ConfigAsync("shop");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Down, "shop-1"), In(20, State.Up), Core.Timelines.Segment.Unseen(At(50)));
        var board = new Board(_ => null);
        var first = await watched.Ledger.ReadAsync(ledger => board.Look(ledger)[0]);
        watched.Until = 5_000;
        Assert.Same(first, await watched.Ledger.ReadAsync(ledger => board.Look(ledger)[0]));
        Assert.Equal(State.Unknown, first.State);
    }

    private static string Said(Board board, LedgerProjection ledger) => string.Join('\n', board.Look(ledger).Select(one => string.Create(CultureInfo.InvariantCulture,
        $"{one.Id} {one.State} since {one.Since} ({one.SinceLikely}) in {one.Window}: {Said(one.Outage)}, last {Said(one.LastOutage)}; {string.Join(' ', one.RegionsOut)} {string.Join(' ', one.RegionalOutages.Select(Said))}")));

    private static string Said(Outage? outage) => outage is null ? "none" : $"{outage.Id} {outage.Began} {outage.Ended} {outage.KnownUntil} {outage.Length}";
}
