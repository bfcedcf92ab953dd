using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class PropertyTests
{
    private const int Window = 1_000;

    /// <summary>Any timeline that a judge may tell: best ≤ likely ≤ worst or unseen, names on what is possibly down, windows anywhere.</summary>
    private static readonly Gen<Segment[]> Timelines =
        from count in Gen.Choose(1, 25)
        from gaps in Gen.Choose(1, 40).ArrayOf(count)
        from levels in Gen.Choose(0, 4).ArrayOf(count)
        from spread in Gen.Choose(0, 8).ArrayOf(count)
        from windows in Gen.Choose(0, 4).ArrayOf(count)
        select Build(gaps, levels, spread, windows);

    private static readonly Gen<Policy> Policies =
        from a in Gen.Choose(0, 10)
        from b in Gen.Choose(0, 10)
        from c in Gen.Choose(0, 10)
        from rule in Gen.Elements(Enum.GetValues<MaintenanceCounts>())
        let weights = new[] { a, b, c }.Order().Select(weight => weight / 10m).ToArray()
        select ShippedPolicies.Strict with { Degraded = weights[0], EffectivelyDown = weights[1], Down = weights[2], Maintenance = rule };

    private static Segment[] Build(int[] gaps, int[] levels, int[] spread, int[] windows)
    {
        var segments = new List<Segment>();
        int at = 0, outage = 1;
        for (var i = 0; i < gaps.Length; i++)
        {
            var segment = levels[i] == 4
                ? Segment.Unseen(At(at))
                : new Segment(At(at), (State)Math.Max(0, levels[i] - spread[i] % 3), (State)levels[i], (State)Math.Min(3, levels[i] + spread[i] / 3));
            if (!segment.Worst.IsDown()) outage++;
            segments.Add(segment with
            {
                Outage = segment.Worst.IsDown() && windows[i] != 0 ? $"shop-{outage}" : null,
                Window = windows[i] == 0 ? "window@1" : null,
            });
            at += gaps[i];
        }
        return [.. segments];
    }

    private static Track TrackOf(Segment[] segments)
    {
        var track = new Track();
        track.Revise(segments[0].From, segments);
        return track;
    }

    private static void Holds<T>(Gen<T> gen, Func<T, bool> property) =>
        Prop.ForAll(gen.ToArbitrary(), property).Check(SameDraws.Config.WithMaxTest(500));

    private static Gen<(Segment[] Segments, Policy Policy, int Cut)> Cases =>
        from segments in Timelines
        from policy in Policies
        from cut in Gen.Choose(-50, Window)
        select (segments, policy, cut);

    [Fact]
    public void Outages_that_are_asked_for_again_and_again_while_time_goes_on_are_those_that_are_asked_for_once() => Holds(Cases, test =>
    {
        var often = ShopWith(1, test.Segments[0].From > At(0) ? test.Segments : test.Segments[1..]);
        for (var until = 10; until <= Window; until += 90)
        {
            often.ExtendTo(At(until));
            var once = ShopWith(1, test.Segments[0].From > At(0) ? test.Segments : test.Segments[1..]);
            once.ExtendTo(At(until));
            var (kept, found) = (often.Find(Shop)!.Outages, once.Find(Shop)!.Outages);
            if (!kept.Select(Documents.OutageDocument.From).Select(one => System.Text.Json.JsonSerializer.Serialize(one, Documents.DocumentJson.Options))
                .SequenceEqual(found.Select(Documents.OutageDocument.From).Select(one => System.Text.Json.JsonSerializer.Serialize(one, Documents.DocumentJson.Options)))) return false;
            if (!kept.SelectMany(one => one.Stretches).SequenceEqual(found.SelectMany(one => one.Stretches))) return false;
        }
        return true;
    });

    [Fact]
    public void Low_is_at_most_likely_is_at_most_high_and_all_lie_between_0_and_1() => Holds(Cases, test =>
        Share.Of(Tally.Of(TrackOf(test.Segments).Within(At(-50), At(Window)), test.Policy)) is not { } share
        || (share.Low >= 0 && share.Low <= share.Likely && share.Likely <= share.High && share.High <= 1));

    [Fact]
    public void Times_in_states_sum_to_the_window() => Holds(Cases, test =>
    {
        var tally = Tally.Of(TrackOf(test.Segments).Within(At(-50), At(Window)), test.Policy);
        return tally.InState.Aggregate(Duration.Zero, (sum, time) => sum + time) == Seconds(Window + 50) && tally.Window == Seconds(Window + 50)
            && tally.Counted <= tally.Window - tally.Unknown;
    });

    [Fact]
    public void A_window_cut_in_two_adds_up_to_the_whole() => Holds(Cases, test =>
    {
        var track = TrackOf(test.Segments);
        var whole = Tally.Of(track.Within(At(-50), At(Window)), test.Policy);
        var sum = Tally.Of(track.Within(At(-50), At(test.Cut)), test.Policy).Plus(Tally.Of(track.Within(At(test.Cut), At(Window)), test.Policy));
        return whole.InState.SequenceEqual(sum.InState) && whole.DownByCause.SequenceEqual(sum.DownByCause) && whole.DownByCode.SequenceEqual(sum.DownByCode)
            && whole with { InState = default, DownByCause = default, DownByCode = sum.DownByCode } == sum with { InState = default, DownByCause = default };
    });

    [Fact]
    public void An_outage_is_shortest_at_most_likely_at_most_longest_and_no_longer_than_from_first_onset_to_last_end() => Holds(Cases, test =>
        OutageFinder.Find(Shop, null, [.. TrackOf(test.Segments).Within(At(0), At(Window))]).All(outage =>
            outage.Length.Shortest <= outage.Length.Likely && outage.Length.Likely <= outage.Length.Longest
            && outage.Length.Longest <= outage.KnownUntil - outage.Began.Earliest
            && (outage.Ended is null || (outage.Began.Earliest <= outage.Ended.Value.Latest && outage.Began.Latest <= outage.Ended.Value.Latest))));

    [Fact]
    public void Outages_together_are_the_unplanned_downtime() => Holds(Cases, test =>
    {
        var stretches = TrackOf(test.Segments).Within(At(0), At(Window)).ToList();
        var listed = OutageFinder.Find(Shop, null, stretches).Aggregate(Duration.Zero, (sum, outage) => sum + outage.Length.Likely);
        return listed == Tally.Of(stretches, ShippedPolicies.Lenient).Down.Likely;
    });

    [Fact]
    public void Revising_in_place_says_the_same_as_revising_a_copy() => Holds(
        from first in Timelines
        from second in Timelines
        from shift in Gen.Choose(-30, 400)
        from at in Gen.Choose(-10, 500)
        from length in Gen.Choose(1, 600)
        select (first, second, shift, at, length),
        test =>
        {
            var moved = test.second.Select(segment => segment with { From = segment.From + Seconds(test.shift) }).ToArray();
            var track = TrackOf(test.first);
            track.Revise(At(test.shift), moved);
            var copy = Timeline.Of(test.first).Revise(At(test.shift), moved);
            return track.Segments.SequenceEqual(copy)
                && track.Within(At(test.at), At(test.at + test.length)).Select(part => (part.Segment with { From = part.From }, part.To))
                    .SequenceEqual(copy.Within(At(test.at), At(test.at + test.length)));
        });
}
