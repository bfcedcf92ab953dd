using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging.Tests.Causes;

public sealed class CauseTests
{
    private static readonly Outcome Answered = new Outcome.Answered(Duration.FromSeconds(0.1));
    private static readonly SignalSchema Http = SignalSchema.Of(
        new("status", SignalUnit.None, "HTTP status."), new("rate", SignalUnit.None, "Requests a second."), new("fee", SignalUnit.None, "Fee.") { Evidence = CauseKind.Congestion });
    private static readonly Condition StatusBelow400 = new("status < 400 else down", new Expression.Compare(0, Comparison.Less, new Literal.Number(400)), State.Down);
    private static readonly Condition RateBelow100 = new("rate < 100 else degraded", new Expression.Compare(1, Comparison.Less, new Literal.Number(100)), State.Degraded);
    private static readonly Condition FeeBelow10 = new("fee < 10", new Expression.Compare(2, Comparison.Less, new Literal.Number(10)), State.EffectivelyDown);

    private readonly List<Fact> facts = [];
    private readonly Judge judge;

    public CauseTests() => judge = Watch(Probe("page", StatusBelow400), Probe("load", RateBelow100, ProbeTells.Surge), Probe("fees", FeeBelow10), Probe("waf", RateBelow100 with { Otherwise = State.Down }, ProbeTells.DenialOfService));

    private Judge Watch(params ProbeDefinition[] probes)
    {
        var made = new Judge(new Topology
        {
            Components = [new Component { Id = new("shop"), Kind = ComponentKind.Dapp, Probes = [.. probes] }],
            VantagePoints = [new VantagePoint { Id = new("here"), Region = "here" }],
        }, new Dictionary<string, byte[]>(), Scene.Start);
        made.Begin(facts);
        return made;
    }

    private static ProbeDefinition Probe(string name, Condition condition, ProbeTells? tells = null) => new()
    {
        Id = new(new("shop"), name), Type = "http", Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(2), Signals = Http, From = [new("here")], Options = new object(),
        Conditions = [condition], Tells = tells,
    };

    private CauseTests See(string probe, double at, Outcome? outcome = null, double status = 200, double rate = 1, double? fee = 1)
    {
        judge.Observe(new Observation(new(new("shop"), probe), new("here"), Scene.At(at), Scene.At(at + 0.1), outcome ?? Answered,
            outcome is null ? [SignalValue.Of(status), SignalValue.Of(rate), fee is { } paid ? SignalValue.Of(paid) : SignalValue.Missing] : []), facts);
        return this;
    }

    private CauseTests Quiet(params string[] probes)
    {
        foreach (var probe in probes) See(probe, 0);
        return this;
    }

    private Cause Now => judge.Said(new("shop"))[^1].Cause!;
    private ImmutableArray<Reason> Reasons => facts.OfType<StateChanged>().Last().Reasons!.Value;

    [Theory]
    [InlineData("connection_refused", CauseKind.Technical)]
    [InlineData("tls_expired", CauseKind.Technical)]
    [InlineData("dns_not_found", CauseKind.Technical)]
    [InlineData("a_code_of_another_protocol", CauseKind.Technical)]
    [InlineData("no_route", CauseKind.Unexplained)]
    [InlineData("dns_failed", CauseKind.Unexplained)]
    [InlineData("socket_error", CauseKind.Unexplained)]
    [InlineData("tls_client_refused", CauseKind.Unexplained)]
    public void A_refusal_s_code_says_whether_the_refusal_is_a_technical_fault_by_itself(string code, CauseKind expected)
    {
        Quiet("page").See("page", 10, new Outcome.Refused(code, "no")).See("page", 11, new Outcome.Refused(code, "no"));
        Assert.Equal((expected, code), (Now.Kind, Now.Code));
        Assert.Equal(expected == CauseKind.Technical, Reasons[^1].Held);
        Assert.Equal(["security", "denial_of_service", "maintenance", "consensus", "congestion", "technical"], Reasons.Select(reason => reason.Rule));
    }

    [Theory]
    [InlineData(500, true, "status 500: the server says itself that it failed")]
    [InlineData(502, true, "status 502: the server says itself that it failed")]
    [InlineData(503, false, "status 503 says overload or maintenance, and not which")]
    [InlineData(404, false, "status is no evidence of technical")]
    [InlineData(600, false, "status is no evidence of technical")]
    public void A_5xx_is_the_server_s_own_word_that_it_failed_but_503_leaves_open_why(double status, bool technical, string because)
    {
        Quiet("page").See("page", 10, status: status).See("page", 11, status: status);
        Assert.Equal((technical ? CauseKind.Technical : CauseKind.Unexplained, status < 600 ? $"status_{status}" : "status"), (Now.Kind, Now.Code));
        Assert.Equal(new Reason("technical", technical, because), Reasons[^1]);
    }

    [Fact]
    public void Silence_is_unexplained_and_the_rules_say_why()
    {
        Quiet("page").See("page", 10, new Outcome.TimedOut(Duration.FromSeconds(2), "headers")).See("page", 13, new Outcome.TimedOut(Duration.FromSeconds(2), "headers"));
        Assert.Equal((CauseKind.Unexplained, "timed_out_headers"), (Now.Kind, Now.Code));
        Assert.Equal(new Reason("technical", false, "silence alone says nothing about why"), Reasons[^1]);
    }

    [Fact]
    public void A_rule_that_holds_names_the_signal_that_it_rests_on_and_ends_the_search()
    {
        Quiet("fees").See("fees", 10, fee: 50).See("fees", 11, fee: 50);
        Assert.Equal((CauseKind.Congestion, "fee"), (Now.Kind, Now.Code));
        Assert.Equal(new Reason("congestion", true, "fee is evidence of it"), Reasons[^1]);
        Assert.DoesNotContain(Reasons, reason => reason.Rule == "technical");
    }

    [Fact]
    public void A_signal_that_is_not_there_is_no_evidence()
    {
        Quiet("fees").See("fees", 10, fee: null).See("fees", 11, fee: null);
        Assert.Equal(CauseKind.Unexplained, Now.Kind);
        Assert.Contains(Reasons, reason => reason is { Rule: "congestion", Held: false, Because: "fee was missing, which is no evidence of it" });
    }

    [Fact]
    public void A_surge_of_requests_with_503s_is_a_denial_of_service_and_states_both_observations()
    {
        Quiet("page", "load").See("load", 10, rate: 5_000).See("load", 11, rate: 5_000).See("page", 12, status: 503).See("page", 13, status: 503);
        Assert.Equal((CauseKind.Security, "denial_of_service"), (Now.Kind, Now.Code));
        Assert.Contains("rate was 5000", Now.Because, StringComparison.Ordinal);
        Assert.Contains("status was 503", Now.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_surge_that_is_served_is_no_outage_and_503s_without_one_are_no_attack()
    {
        Quiet("page", "load", "fees", "waf").See("load", 10, rate: 5_000).See("load", 11, rate: 5_000);
        Assert.Equal((CauseKind.Unexplained, "request_surge", State.Degraded), (Now.Kind, Now.Code, judge.Said(new("shop"))[^1].Likely));
        See("load", 12).See("load", 13).See("page", 14, status: 503).See("page", 15, status: 503);
        Assert.Equal((CauseKind.Unexplained, "status_503"), (Now.Kind, Now.Code));
    }

    [Fact]
    public void A_surge_beside_a_fault_that_no_load_explains_is_no_attack()
    {
        Quiet("page", "load").See("load", 10, rate: 5_000).See("load", 11, rate: 5_000)
            .See("page", 12, new Outcome.Refused("tls_expired", "expired")).See("page", 13, new Outcome.Refused("tls_expired", "expired"));
        Assert.Equal((CauseKind.Technical, "tls_expired"), (Now.Kind, Now.Code));
    }

    [Fact]
    public void What_a_firewall_reports_is_a_denial_of_service_at_once()
    {
        Quiet("waf").See("waf", 10, rate: 5_000);
        Assert.Equal((CauseKind.Security, "denial_of_service"), (Now.Kind, Now.Code));
        Assert.Equal("shop-1", judge.Said(new("shop"))[^1].Outage);
        Assert.Equal(new Reason("denial_of_service", true, "shop/waf tells of one"), Reasons[^1]);
    }
}
