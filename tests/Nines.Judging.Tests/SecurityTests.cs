using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using NodaTime;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

public sealed class SecurityTests
{
    private static readonly SignalDefinition Owner = new("owner", SignalUnit.Text, "Who owns it.") { Evidence = CauseKind.Security };
    private static readonly SignalDefinition Fast = new("fast", SignalUnit.Flag, "Whether it is fast enough.") { Evidence = CauseKind.Congestion };
    private static readonly Condition Ours = new("owner == \"us\"", new Expression.Compare(0, Comparison.Equal, new Literal.Text("us")), State.EffectivelyDown);
    private static readonly Condition IsFast = new("fast", new Expression.Is(1), State.EffectivelyDown);
    private Judge judge = null!;
    private readonly List<Fact> facts = [];

    private void Watch(params Condition[] conditions)
    {
        var probe = new ProbeDefinition
        {
            Id = new(new("vault"), "http"), Type = "http", Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(2), Signals = SignalSchema.Of(Owner, Fast),
            From = [new("here")], Options = new object(), Conditions = [.. conditions],
        };
        judge = new Judge(new Topology
        {
            Components = [new Component { Id = new("vault"), Kind = ComponentKind.Contract, Probes = [probe] }],
            VantagePoints = [new VantagePoint { Id = new("here"), Region = "here" }],
        }, new Dictionary<string, byte[]>(), Start);
        judge.Begin(facts);
    }

    private void See(double at, string? owner, bool fast = true) => judge.Observe(new Observation(
        new(new("vault"), "http"), new("here"), At(at), At(at + 0.1), new Outcome.Answered(Duration.FromSeconds(0.1)),
        [owner is null ? SignalValue.Missing : SignalValue.Of(owner), SignalValue.Of(fast)]), facts);

    private string Outages => string.Join(", ", judge.Said(new("vault")).Select(segment => segment.Outage).OfType<string>().Distinct());

    [Fact]
    public void A_security_signal_opens_with_the_first_look_that_sees_it()
    {
        Watch(Ours);
        See(0, "us");
        See(10, "them");
        Assert.Equal("vault-1", Outages);
        Assert.True(judge.IsUnsettled(new("vault")));
        var cause = judge.Said(new("vault"))[^1].Cause!;
        Assert.Equal((CauseKind.Security, "owner"), (cause.Kind, cause.Code));
        var told = facts.OfType<StateChanged>().Last();
        Assert.Equal((At(0), At(10.1)), (told.When.Earliest, told.When.Latest));
        Assert.Equal(2, told.Evidence.Length);
    }

    [Fact]
    public void What_one_look_opened_ends_with_the_next_good_one_and_stays_on_record()
    {
        Watch(Ours);
        See(0, "us");
        See(10, "them");
        See(11, "us");
        Assert.Equal("vault-1", Outages);
        Assert.Equal(State.Up, judge.Said(new("vault"))[^1].Worst);
        Assert.Empty(facts.OfType<BlipSeen>());
    }

    [Fact]
    public void A_security_signal_that_the_answer_lacks_is_evidence_of_nothing_and_waits_for_a_second_look()
    {
        Watch(Ours);
        See(0, "us");
        See(10, null);
        Assert.Equal("", Outages);
        See(11, null);
        Assert.Equal("vault-1", Outages);
        Assert.Equal(CauseKind.Unexplained, judge.Said(new("vault"))[^1].Cause!.Kind);
    }

    [Fact]
    public void A_security_condition_that_asks_for_several_in_a_row_gets_them()
    {
        Watch(Ours with { InARow = 3 });
        See(0, "us");
        See(10, "them");
        See(11, "them");
        Assert.Equal("", Outages);
        See(12, "them");
        Assert.Equal("vault-1", Outages);
    }

    [Fact]
    public void Of_conditions_that_say_the_same_that_of_security_gives_the_cause()
    {
        Watch(IsFast, Ours);
        See(0, "us");
        See(10, "them", fast: false);
        Assert.Equal("vault-1", Outages);
        Assert.Equal(CauseKind.Security, judge.Said(new("vault"))[^1].Cause!.Kind);
    }

    [Fact]
    public void A_security_signal_that_only_degrades_convicts_nothing_worse()
    {
        Watch(IsFast, Ours with { Otherwise = State.Degraded });
        See(0, "us");
        See(10, "them", fast: false);
        Assert.Equal("", Outages);
        See(11, "us");
        Assert.Equal("", Outages);
    }
}
