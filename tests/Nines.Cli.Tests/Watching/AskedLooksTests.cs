using Nines.Cli.Watching;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Control;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

/// <summary>What people who ask for a look are told: what began after they asked, from everywhere, or that it is still looking.</summary>
public sealed class AskedLooksTests
{
    private static readonly Instant Asked = Instant.FromUtc(2026, 5, 1, 12, 0);
    private static readonly VantagePointId Nyc = new("nyc"), Fra = new("fra");
    private static readonly SignalVocabulary Signals = new([new SignalDefinition("status", SignalUnit.None, "The status."), new SignalDefinition("head_lag", SignalUnit.Blocks, "Behind the best.") { Scope = SignalScope.Group }]);

    private static readonly ProbeDefinition Api = Probe("api", Nyc, Fra), Page = Probe("page", Nyc);
    private static readonly Component Shop = new() { Id = new("shop"), Kind = ComponentKind.Dapp, Probes = [Api, Page] };

    private readonly AskedLooks looks = new();

    private static ProbeDefinition Probe(string name, params VantagePointId[] from) => new()
    {
        Id = new ProbeId(new("shop"), name), Type = "http", Every = Duration.FromMinutes(1), Timeout = Duration.FromSeconds(5), From = [.. from], Options = new object(), Signals = Signals.Schema,
        Conditions = [Understood("status == 200 else effectively down"), Understood("head_lag <= 3 blocks else degraded")],
    };

    private static Condition Understood(string text) => ((ConditionReading.Understood)ConditionParser.Parse(text, Signals)).Condition;

    private static Instant At(double seconds) => Asked + Duration.FromSeconds(seconds);

    private static Observation Answered(ProbeDefinition probe, VantagePointId from, double started, double status = 200) =>
        new(probe.Id, from, At(started), At(started + 0.2), new Outcome.Answered(Duration.FromMilliseconds(120)), [SignalValue.Of(status), SignalValue.Missing]);

    private void See(Observation observation) => looks.Saw(observation, Redaction.ByShape);

    [Fact]
    public async Task Who_asks_is_told_when_all_have_looked_what_each_saw_and_what_that_says_by_itself()
    {
        var told = looks.Begin(Shop, null, "ann", Asked);
        See(Answered(Api, Nyc, 0.1));
        See(Answered(Api, Fra, 0.1, status: 500));
        looks.Tell(At(1));
        Assert.False(told.IsCompleted);
        See(new Observation(Page.Id, Nyc, At(0.1), At(1.1), new Outcome.ProbeFault("own path: no route"), []));
        looks.Tell(At(1.2));
        Assert.True(told.IsCompletedSuccessfully);
        var document = await told;
        Assert.True(document.Done);
        Assert.False(document.Ok);
        Assert.Equal([("api", "nyc", State.Up), ("api", "fra", State.EffectivelyDown), ("page", "nyc", (State?)null)], document.Looks.Select(look => (look.Probe, look.VantagePoint, look.State)));
        Assert.Equal([true, null], document.Looks[0].Saw!.Conditions.Select(condition => condition.Holds)); // what compares sources is for the judge
        Assert.Equal(("probe_fault", "our own fault: own path: no route"), (document.Looks[2].Saw!.Outcome, document.Looks[2].Saw!.Detail));
    }

    [Fact]
    public async Task A_look_that_began_before_somebody_asked_tells_him_nothing()
    {
        var told = looks.Begin(Shop, "page", "ann", Asked);
        See(Answered(Page, Nyc, -0.1, status: 500));
        looks.Tell(At(1));
        Assert.False(told.IsCompleted);
        See(Answered(Page, Nyc, 2));
        See(Answered(Page, Nyc, 3, status: 500)); // the first that began after it is the one
        looks.Tell(At(4));
        var look = Assert.Single((await told).Looks);
        Assert.Equal((State.Up, At(2)), (look.State, look.StartedAt));
    }

    [Fact]
    public async Task After_a_while_he_is_told_what_has_come_and_what_comes_later_can_still_be_read()
    {
        var told = looks.Begin(Shop, null, "ann", Asked);
        See(Answered(Api, Nyc, 0.1));
        looks.Tell(At(19.9));
        Assert.False(told.IsCompleted);
        looks.Tell(At(20));
        var document = await told;
        Assert.Equal((false, 2), (document.Done, document.Looks.Count(look => look.Saw is null)));
        See(Answered(Api, Fra, 30));
        See(Answered(Page, Nyc, 31));
        Assert.True(looks.LastOf(Shop.Id)!.Done);
    }

    [Fact]
    public void The_same_component_is_looked_at_again_only_after_a_while()
    {
        Assert.Null(looks.TooSoon(Shop.Id, Asked));
        looks.Begin(Shop, null, "ann", Asked);
        Assert.Equal(Duration.FromSeconds(4), looks.TooSoon(Shop.Id, At(6)));
        Assert.Null(looks.TooSoon(new ComponentId("other"), At(6)));
        Assert.Null(looks.TooSoon(Shop.Id, Asked + ControlCommand.Look.Spacing));
    }

    [Fact]
    public async Task Who_asked_before_is_told_of_his_own_look_and_the_page_shows_the_newer()
    {
        var first = looks.Begin(Shop, "page", "ann", Asked);
        var second = looks.Begin(Shop, "page", "ben", At(12));
        See(Answered(Page, Nyc, 0.1, status: 500)); // took long
        looks.Tell(At(13));
        Assert.Equal(("ann", State.EffectivelyDown), ((await first).AskedBy, Assert.Single((await first).Looks).State));
        Assert.Equal(("ben", false), (looks.LastOf(Shop.Id)!.AskedBy, looks.LastOf(Shop.Id)!.Done));
        See(Answered(Page, Nyc, 12.1));
        looks.Tell(At(14));
        Assert.Equal(("ben", State.Up), ((await second).AskedBy, Assert.Single((await second).Looks).State));
        Assert.Same(await second, looks.LastOf(Shop.Id));
    }

    [Fact]
    public async Task A_last_look_before_maintenance_is_nobodys_look_by_hand_and_keeps_nobody_from_one()
    {
        var seen = looks.OnceMore(Shop, Asked);
        Assert.Null(looks.LastOf(Shop.Id));
        Assert.Null(looks.TooSoon(Shop.Id, At(1)));
        foreach (var (probe, from) in new[] { (Api, Nyc), (Api, Fra), (Page, Nyc) }) See(Answered(probe, from, 0.1));
        looks.Tell(At(1));
        await seen;
        Assert.Null(looks.LastOf(Shop.Id));
    }

    [Fact]
    public async Task A_config_that_is_taken_over_meanwhile_is_what_looks_are_read_by_and_what_it_no_longer_has_is_not_waited_for()
    {
        var told = looks.Begin(Shop, null, "ann", Asked);
        See(Answered(Api, Nyc, 0.1));
        var only = new SignalVocabulary([new SignalDefinition("open", SignalUnit.None, "Whether it is.")]);
        var changed = Page with { Signals = only.Schema, Conditions = [((ConditionReading.Understood)ConditionParser.Parse("open == 1 else down", only)).Condition] };
        looks.Change([Shop with { Probes = [Api with { From = [Nyc] }, changed] }]);
        looks.Tell(At(1));
        Assert.False(told.IsCompleted);
        See(new Observation(Page.Id, Nyc, At(1.1), At(1.2), new Outcome.Answered(Duration.FromMilliseconds(80)), [SignalValue.Of(0d)]));
        looks.Tell(At(2));
        var document = await told;
        Assert.Equal([("api", "nyc", State.Up), ("page", "nyc", (State?)State.Down)], document.Looks.Select(look => (look.Probe, look.VantagePoint, look.State)));
        Assert.True(document.Done);
    }

    [Fact]
    public void What_does_not_come_is_not_said_to_look_for_ever()
    {
        looks.Begin(Shop, null, "ann", Asked);
        See(Answered(Api, Nyc, 0.1));
        looks.Tell(At(299));
        Assert.False(looks.LastOf(Shop.Id)!.Done);
        looks.Tell(At(300)); // paused meanwhile
        Assert.Equal("nyc", Assert.Single(looks.LastOf(Shop.Id)!.Looks).VantagePoint);
        Assert.True(looks.LastOf(Shop.Id)!.Done);
    }

    [Fact]
    public async Task Nothing_that_was_seen_is_not_all_well()
    {
        var told = looks.Begin(Shop, null, "ann", Asked);
        looks.Change([]);
        looks.Tell(At(1));
        var document = await told;
        Assert.Empty(document.Looks);
        Assert.False(document.Ok);
    }

    [Fact]
    public async Task When_the_watch_ends_nobody_is_left_waiting()
    {
        var told = looks.Begin(Shop, null, "ann", Asked);
        looks.End();
        Assert.False((await told).Done);
    }
}
