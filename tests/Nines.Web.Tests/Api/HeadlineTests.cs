using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Ledger.Outages;
using Nines.Pricing.Money;
using Nines.Probing.Scheduling;
using Nines.Testing;
using Nines.Web.Api.Overview;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Tests.Api;

public sealed partial class HeadlineTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 5, 3, 12, 0, 30);

    [Fact]
    public void One_root_says_what_since_when_why_for_whom_at_what_cost_and_what_next() => Says(
        Tone.Broken,
        "shop-db is down in both regions since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (connection refused); it takes down checkout and shop, for customers acme and globex; it has cost 12.50 USD (10.00 – 15.00) so far, and nobody has taken it up; the error budget monthly of shop has 40.0 % left and is used up in 9m 30s if this goes on.",
        Situation(
            Down("shop-db", "connection refused") with { Regions = ["eu", "us"], RegionsOut = ["eu", "us"], IsUsersOwn = false },
            Under("shop", "shop-db") with { Labels = Labels("customer", "acme") },
            Under("checkout", "shop") with { Labels = Labels("customer", "acme, globex") },
            Up("desk")) with
        {
            Cost = new CostSoFar.Known(new Estimate(10, 12.5m, 15), Currency.Usd, [new("shop")]),
            AtRisk = [new("monthly", new("shop"), ObjectiveState.Page, Now, (0.3m, 0.4m, 0.5m), 20, Now + Duration.FromSeconds(570))],
        });

    [Fact]
    public void What_is_broken_says_when_it_is_looked_at_next_and_beside_it_who_was_told()
    {
        var now = Situation(Down("a", "connection refused"), Up("b")) with
        {
            Ahead = Looking("a", 0.4, 1) with
            {
                Notices = ImmutableDictionary<string, ImmutableArray<NoticeState>>.Empty.Add("a-1",
                [
                    new("ops", Now - Duration.FromSeconds(12), null, null, false), new("chat", Now - Duration.FromSeconds(3), "HTTP status 410", null, false),
                    new("mail", null, null, Now + Duration.FromSeconds(30), false), new("pager", null, null, null, true),
                ]),
            },
        };
        Assert.EndsWith(", and nobody has taken it up; the next look is in 400 ms.", Headline.Of(now).Sentence.ToString(), StringComparison.Ordinal);
        Assert.Equal("Told of a-1: ops 12 s ago, chat not, given up 3.0 s ago (HTTP status 410), mail not yet, tried again in 30 s and pager just now; nobody else is told if nobody takes it up.", Headline.Of(now).Asides.First().ToString());
        Assert.Equal(new Due(Now + Duration.FromSeconds(0.4), Duration.FromSeconds(1)), Headline.Of(now).Sentence.Parts.Select(part => part.Due).OfType<(Instant At, Duration Every)>().Select(due => new Due(due.At, due.Every)).Single());
    }

    private sealed record Due(Instant At, Duration Every);

    [Fact]
    public void What_nothing_looks_at_is_not_said_to_be_looked_at() =>
        Assert.EndsWith("; no look is planned.", Headline.Of(Situation(Down("a", "x")) with { Ahead = new Ahead { Looks = ImmutableDictionary<ComponentId, PlannedLook?>.Empty.Add(new("a"), null) } }).Sentence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_suspicion_says_what_would_settle_it_and_when_it_is_looked_at_next() => Says(
        Tone.Well,
        "All 2 components are up, but a is suspected to be down since 12:00:21 ± 10 s (connection refused): one more look that agrees makes it an outage, one that does not leaves a blip; the next look is in 600 ms; no outage is on record; no maintenance is planned.",
        Situation(Up("a"), Up("b")) with { Ahead = Looking("a", 0.6, 1) with { Suspicions = [Suspected("a", State.Down, 1)] } });

    [Fact]
    public void A_suspicion_of_many_looks_in_a_row_says_how_many_are_left()
    {
        var now = Situation(Up("a"), Down("b", "x")) with { Ahead = Looking("a", 0.6, 1) with { Suspicions = [Suspected("a", State.Degraded, 3)] } };
        Assert.Contains("Suspected: a is suspected to be degraded since 12:00:21 ± 10 s (connection refused): 3 more looks in a row that agree make it degraded, one that does not leaves a blip; the next look is in 600 ms.", Headline.Of(now).Asides.Select(aside => aside.ToString()));
        Assert.Empty(Headline.Of(now with { Components = [Down("a", "x")] }).Asides);
    }

    [Fact]
    public void An_outage_that_is_too_short_to_count_is_not_called_without_a_price() =>
        Assert.Contains("; it does not count yet: counts from 30 s on under policy half, and nobody has taken it up", Headline.Of(Situation(Down("a", "x")) with { Cost = new CostSoFar.NotCounted("does not count yet: counts from 30 s on under policy half") }).Sentence.ToString(), StringComparison.Ordinal);

    private static Ahead Looking(string name, double seconds, double every) => new()
    {
        Looks = ImmutableDictionary<ComponentId, PlannedLook?>.Empty.Add(new(name), new PlannedLook(new(new(name), "http"), new("fra"), Now + Duration.FromSeconds(seconds), Duration.FromSeconds(every), true)),
    };

    private static SuspicionNow Suspected(string name, State state, int left) =>
        new(new(name), new("fra"), state, new Bounds(Now - Duration.FromSeconds(19), Now + Duration.FromSeconds(1)), new Cause(CauseKind.Technical, "connection refused"), left);

    [Fact]
    public void Several_roots_are_named_the_worst_first_and_counted() => Says(
        Tone.Broken,
        "5 things are broken: a is down since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (connection refused), b is effectively down since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (congestion: fee above 80 gwei), c is effectively down since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (no answer; unexplained) and 2 more; nothing else is known to go down with them; what they cost is not priced, and nobody has taken them up.",
        Situation(
            Down("e", "no answer", State.EffectivelyDown), Down("d", "no answer", State.EffectivelyDown), Down("c", "no answer", State.EffectivelyDown, CauseKind.Unexplained),
            Down("b", "fee above 80 gwei", State.EffectivelyDown, CauseKind.Congestion), Down("a", "connection refused")));

    [Fact]
    public void Who_took_it_up_is_named() => Says(
        Tone.Broken,
        "a is down since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (connection refused); nothing else is known to go down with it; what it costs cannot be worked out now (NIN4251); alice took it up 10 s ago.",
        Situation(Acknowledged(Down("a", "connection refused"), "alice")) with { Cost = new CostSoFar.NotNow("NIN4251") });

    [Fact]
    public void Of_several_roots_those_that_nobody_took_up_are_named() =>
        Assert.EndsWith("; nobody has taken up b.", Headline.Of(Situation(Acknowledged(Down("a", "x"), "alice"), Down("b", "x"))).Sentence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_paused_contract_says_the_evidence() =>
        Assert.StartsWith("vault is effectively down since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (security: paused was true);", Headline.Of(Situation(Down("vault", "paused was true", State.EffectivelyDown, CauseKind.Security))).Sentence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_overrun_of_maintenance_is_an_outage_with_that_cause() =>
        Assert.Contains("(maintenance: nightly was to end at 12:00)", Headline.Of(Situation(Down("docs", "nightly was to end at 12:00", cause: CauseKind.Maintenance))).Sentence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void What_is_hidden_while_it_was_down_is_broken_and_not_merely_unknown() => Says(
        Tone.Broken,
        "a is unknown since 12:00:20, and was down when last seen, since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (connection refused); nothing else is known to go down with it; what it costs is not priced, and nobody has taken it up.",
        Situation(Down("a", "connection refused") with { State = State.Unknown, Since = Exactly(20), SinceLikely = Now - Duration.FromSeconds(10) }, Up("b")));

    [Fact]
    public void A_dependant_whose_root_works_again_is_a_root_itself() =>
        Assert.StartsWith("shop is down since", Headline.Of(Situation(Under("shop", "shop-db"), Up("shop-db"))).Sentence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_outage_in_one_region_is_told_with_the_state_of_the_whole() => Says(
        Tone.Regional,
        "a is out for users in us since 12:00:05 ± 5.0 s, for 25 s (20 s – 30 s) (as a whole it counts as up); what it costs is not priced, and nobody has taken it up.",
        Situation(Up("a") with { Regions = ["eu", "us"], RegionsOut = ["us"], RegionalOutages = [OutageOf("a", "x")] }));

    [Fact]
    public void What_is_unknown_is_named_with_who_paused_it_and_the_rest_is_told_apart() => Says(
        Tone.Unknown,
        "Nothing is known to be down, but 2 of 4 components are unknown: a since 12:00:20 (paused by bob until 13:00:30) and b (not seen yet); the other 2: 1 up, 1 in maintenance.",
        Situation(
            Unknown("a") with { Since = Exactly(20), SinceLikely = Now - Duration.FromSeconds(10), Paused = new ProbingPaused(Now, [new("a")], "bob", null, Now + Duration.FromHours(1)) },
            Unknown("b"), Up("c"), Up("d") with { State = State.Maintenance }));

    [Fact]
    public void Right_after_the_start_it_is_said_that_not_everything_was_looked_at() => Says(
        Tone.Unknown,
        "Nines began to watch 5.0 s ago and has not seen everything yet: 2 of 2 components are unknown, so nothing at all is known now.",
        Situation(Unknown("a"), Unknown("b")) with { Watch = new WatchCondition.JustStarted(Now - Duration.FromSeconds(5)) });

    [Fact]
    public void What_is_slow_is_told_when_nothing_is_down() => Says(
        Tone.Degraded,
        "Nothing is known to be down, but a is degraded since 12:00:20 (round_trip was 2 s); 1 of 2 is unknown.",
        Situation(Up("a") with { State = State.Degraded, Cause = new Cause(CauseKind.Technical, "round_trip was 2 s.") }, Unknown("b")));

    [Fact]
    public void Maintenance_says_when_it_ends() => Says(
        Tone.Maintenance,
        "Nothing is down outside of maintenance: docs is in maintenance since 12:00:20, planned until 12:10:30 (in 10m 00s).",
        Situation(Up("docs") with { State = State.Maintenance, Window = "w" }, Up("b")) with { Windows = [new WindowOnRecord("w", [new("docs")], Now - Duration.FromMinutes(5), Now + Duration.FromMinutes(10)) { DeclaredAt = Now }] });

    [Fact]
    public void When_all_is_well_it_says_what_is_up_how_much_was_seen_the_last_outage_and_the_next_maintenance() => Says(
        Tone.Well,
        "All 2 components are up; 99.99 % of the last 30 days was seen; the last outage, a-1, ended 15 s ago after 25 s (20 s – 30 s); the next maintenance begins in 1h 00m 00s, at 13:00:30, on b.",
        Situation(Up("a") with { LastOutage = OutageOf("a", "x") with { Ended = new Bounds(Now - Duration.FromSeconds(20), Now - Duration.FromSeconds(10)), Stretches = [] } }, Up("b")) with
        {
            Coverage = 0.99995m,
            Windows = [new WindowOnRecord("w", [new("b")], Now + Duration.FromHours(1), Now + Duration.FromHours(2)) { DeclaredAt = Now }],
        });

    [Fact]
    public void Maintenance_that_a_rule_will_bring_is_planned_though_no_window_is_declared_yet_and_one_that_was_cancelled_is_not()
    {
        var cancelled = new WindowOnRecord("w", [new("a")], Now + Duration.FromHours(1), Now + Duration.FromHours(1)) { DeclaredAt = Now };
        Says(
            Tone.Well,
            "All 2 components are up; no outage is on record; the next maintenance begins in 3d 00h 00m, at 2026-05-06 12:00:30, on b.",
            Situation(Up("a"), Up("b")) with { Windows = [cancelled], Foreseen = new MaintenanceWindow("weekly@1", [new("b")], Now + Duration.FromDays(3), Now + Duration.FromDays(3) + Duration.FromHours(1)) });
        Says(Tone.Well, "All 2 components are up; no outage is on record; no maintenance is planned.", Situation(Up("a"), Up("b")) with { Windows = [cancelled] });
    }

    [Fact]
    public void What_was_watched_for_less_than_the_window_is_not_said_to_be_of_all_of_it() => Says(
        Tone.Well,
        "All 2 components are up; 89.05 % of the 1m 34s since the first look was seen; no outage is on record; no maintenance is planned.",
        Situation(Up("a"), Up("b")) with { Coverage = 0.8905m, WatchedFor = Duration.FromSeconds(94) });

    [Fact]
    public void A_watch_that_does_not_watch_says_that_first()
    {
        var broken = Situation(Down("a", "x"), Up("b"));
        string Of(WatchCondition watch) => Headline.Of(broken with { Watch = watch }).Sentence.ToString();
        Assert.Equal("Nines has judged nothing for 1m 00s: all below is as of 11:59:30, and nobody knows whether it still holds; as of then, a is down since 12:00:05 ± 5.0 s.", Of(new WatchCondition.Stale(Now - Duration.FromMinutes(1))));
        Assert.StartsWith("The journal has taken no facts since 12:00:00: what is seen now is neither kept nor shown below", Of(new WatchCondition.JournalFails(Now - Duration.FromSeconds(30))), StringComparison.Ordinal);
        Assert.StartsWith("Nines is not watching: it is starting or stopping", Of(new WatchCondition.NotRunning(null)), StringComparison.Ordinal);
        Assert.StartsWith("All 2 vantage points are blind", Headline.Of(broken with { Blind = ["fra", "nyc"], VantagePoints = 2 }).Sentence.ToString(), StringComparison.Ordinal);
        Assert.Contains("Blind, their own network being broken: fra.", Headline.Of(broken with { Blind = ["fra"], VantagePoints = 2 }).Asides.Select(aside => aside.ToString()));
    }

    [Fact]
    public void Nothing_watched_is_not_well() => Assert.Equal(Tone.Nothing, Headline.Of(Situation()).Tone);

    [Fact]
    public void It_is_one_sentence_that_calls_nothing_unknown_up_and_gives_bounds_to_every_instant_and_length_of_an_outage() => Prop.ForAll(Worlds.ToArbitrary(), world =>
    {
        var headline = Headline.Of(world);
        var text = headline.Sentence.ToString();
        Assert.EndsWith(".", text, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", text, StringComparison.Ordinal);
        var (up, seen) = (world.Components.Count(one => one.State == State.Up), world.Components.All(one => one.State == State.Up));
        if (AllUp().Match(text) is { Success: true } all) Assert.True(seen && up == int.Parse(all.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        if (Others().Match(text) is { Success: true }) Assert.Equal(0, world.Components.Count(one => one.State is not (State.Up or State.Unknown)));
        if (headline.Tone is Tone.Well) Assert.True(seen);
        foreach (var (one, name) in headline.Sentence.Parts.Zip(headline.Sentence.Parts.Skip(2)).Where(pair => pair.First.Component is not null && pair.Second.State == State.Up))
            Assert.Equal(State.Up, world.Components.Single(each => each.Id == one.Component).State);
        foreach (var one in world.Components.Where(one => one.IsBroken && headline.Tone == Tone.Broken))
            if (headline.Sentence.Parts.Any(part => part.Component == one.Id && one.Cause?.Kind != CauseKind.Upstream)) Assert.Contains(headline.Sentence.Parts, part => part.Moment is not null && part.Text.Contains('±', StringComparison.Ordinal));
        return true;
    }).Holds();

    private static Gen<Situation> Worlds =>
        from states in Gen.Elements(Enum.GetValues<State>()).ArrayOf().Where(states => states.Length < 9)
        from upstream in Gen.Elements(true, false).ArrayOf(10)
        from watch in Gen.Elements<WatchCondition>(new WatchCondition.Watching(), new WatchCondition.Watching(), new WatchCondition.JustStarted(Now), new WatchCondition.Stale(Now - Duration.FromHours(1)), new WatchCondition.NotRunning(Now))
        select Situation([.. states.Select((state, i) => state switch
        {
            State.Up => Up($"c{i}"),
            State.Unknown => upstream[i] ? Unknown($"c{i}") : Down($"c{i}", "x") with { State = State.Unknown },
            State.Down or State.EffectivelyDown => upstream[i] && i > 0 ? Under($"c{i}", $"c{i - 1}") : Down($"c{i}", "x", state),
            _ => Up($"c{i}") with { State = state },
        })]) with
        { Watch = watch };

    [GeneratedRegex(@"All (\d+) components are up")]
    private static partial Regex AllUp();

    [GeneratedRegex("the other (one is|[0-9]+ are) up")]
    private static partial Regex Others();

    private static void Says(Tone tone, string text, Situation of)
    {
        var headline = Headline.Of(of);
        Assert.Equal(text, headline.Sentence.ToString());
        Assert.Equal(tone, headline.Tone);
    }

    private static Situation Situation(params Standing[] components) => new() { Now = Now, Watch = new WatchCondition.Watching(), Components = [.. components], VantagePoints = 2 };

    private static Bounds Exactly(int second) => new(Now - Duration.FromSeconds(30 - second), Now - Duration.FromSeconds(30 - second));

    private static Standing Up(string name) => new() { Id = new(name), State = State.Up, Since = Exactly(20), SinceLikely = Now - Duration.FromSeconds(10) };

    private static Standing Unknown(string name) => new() { Id = new(name), State = State.Unknown };

    private static Standing Down(string name, string because, State state = State.Down, CauseKind cause = CauseKind.Technical) =>
        new() { Id = new(name), State = state, Cause = new Cause(cause, because), Outage = OutageOf(name, because) with { Worst = state } };

    private static Standing Under(string name, string root) => Down(name, "x") with { Cause = new Cause(CauseKind.Upstream, $"{root} is down") { Roots = [new(root)] } };

    private static Standing Acknowledged(Standing one, string by) => one with { Outage = one.Outage! with { Acknowledged = new OutageAcknowledged(Now - Duration.FromSeconds(10), one.Outage.Id, by, null) } };

    private static ImmutableSortedDictionary<string, string> Labels(string name, string value) => ImmutableSortedDictionary<string, string>.Empty.Add(name, value);

    private static Outage OutageOf(string name, string because)
    {
        var (earliest, likely, latest) = (Now - Duration.FromSeconds(30), Now - Duration.FromSeconds(25), Now - Duration.FromSeconds(20));
        return new Outage
        {
            Id = $"{name}-1",
            Component = new(name),
            Began = new Bounds(earliest, latest),
            KnownUntil = Now,
            Length = new Length(Duration.FromSeconds(20), Duration.FromSeconds(25), Duration.FromSeconds(30)),
            Unseen = Duration.Zero,
            InMaintenance = Duration.Zero,
            Worst = State.Down,
            Causes = [new CauseShare(new Cause(CauseKind.Technical, because), likely, Length.Zero)],
            Stretches = [new Stretch(new Segment(likely, State.Down, State.Down, State.Down), likely, Now)],
        };
    }
}
