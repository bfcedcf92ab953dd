using System.Collections.Concurrent;
using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>Whose fault a failure is: what control checks say of the path, and when a vantage point is blind.</summary>
public sealed class BlindnessTests
{
    private static readonly Sight Fine = new(new Outcome.Answered(Duration.FromMilliseconds(5)), []);
    private static readonly Sight Reset = new(new Outcome.Refused("reset", "connection reset"), [], NeedsControl: true);

    [Fact]
    public async Task A_failure_that_the_control_vouches_for_says_who_vouched()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Vouched("1.1.1.1:443") };
        watch.Run();
        watch.Pass(10);
        var one = Assert.Single(watch.Observations());
        Assert.IsType<Outcome.Refused>(one.Outcome);
        Assert.Equal("1.1.1.1:443", one.Control);
        Assert.True(watch.CheckedAfter[0] >= one.Ended);
    }

    [Fact]
    public async Task A_failure_over_a_broken_path_is_ours_and_blindness_is_told_once_until_sight_returns()
    {
        await using var watch = new Watch(One(2)) { Behave = (_, _) => new(Reset), Verdict = from => from.Value == "v0" ? new PathVerdict.Blind("no route") : new PathVerdict.Vouched("c") };
        watch.Run();
        watch.Pass(35);
        var seen = watch.Observations();
        Assert.All(seen.Where(one => one.From.Value == "v0"), one => Assert.Equal("own path: no route", Assert.IsType<Outcome.ProbeFault>(one.Outcome).Reason));
        Assert.All(seen.Where(one => one.From.Value == "v1"), one => Assert.IsType<Outcome.Refused>(one.Outcome));
        Assert.Equal("v0", Assert.Single(watch.BlindFacts).VantagePoint.Value);
        Assert.Empty(watch.SeesFacts);
        watch.Behave = (_, _) => new(Fine);
        watch.Verdict = _ => new PathVerdict.Vouched("c");
        watch.Pass(35);
        Assert.Equal("v0", Assert.Single(watch.SeesFacts).VantagePoint.Value);
        Assert.Single(watch.BlindFacts);
        Assert.All(watch.Observations(), one => Assert.Null(one.Control));
    }

    /// <summary>At the end of an uplink outage every look in flight has waited in vain, and the control check after it finds the path mended.</summary>
    [Fact]
    public async Task A_look_that_waited_while_its_path_was_broken_is_ours_although_the_path_is_vouched_for_when_it_ends()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("no route") };
        watch.Run();
        watch.Pass(10);
        Assert.IsType<Outcome.ProbeFault>(Assert.Single(watch.Observations()).Outcome);

        watch.Behave = async (_, limit) =>
        {
            await Watch.CancelledAsync(limit);
            return new Sight(new Outcome.TimedOut(Duration.FromSeconds(5), "connect"), [], NeedsControl: true);
        };
        watch.Verdict = _ => new PathVerdict.Vouched("c");
        watch.Pass(10);
        Assert.Equal("own path: it was broken while the look waited", Assert.IsType<Outcome.ProbeFault>(Assert.Single(watch.Observations()).Outcome).Reason);
        Assert.Single(watch.SeesFacts);

        watch.Pass(10);
        Assert.IsType<Outcome.TimedOut>(Assert.Single(watch.Observations()).Outcome); // from the next look on it is the target's
    }

    /// <summary>An uplink that is down for hours must not hide a node that hangs on this machine.</summary>
    [Fact]
    public async Task A_target_on_this_machine_that_stays_silent_is_down_although_the_vantage_point_is_blind()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("no route") };
        watch.Run();
        watch.Pass(10);
        watch.Observations();
        watch.Behave = (_, _) => new(new Sight(new Outcome.TimedOut(Duration.FromSeconds(5), "headers"), [], NeedsControl: true));
        watch.Verdict = _ => new PathVerdict.Vouched("our own listener") { OnThisMachine = true };
        watch.Pass(10);
        Assert.IsType<Outcome.TimedOut>(Assert.Single(watch.Observations()).Outcome);
    }

    /// <summary>What is refused is refused now: the control check right after it tells whether the path was to blame.</summary>
    [Fact]
    public async Task A_refusal_that_is_vouched_for_counts_at_once_when_a_blind_vantage_point_sees_again()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("no route") };
        watch.Run();
        watch.Pass(10);
        watch.Observations();
        watch.Verdict = _ => new PathVerdict.Vouched("c");
        watch.Pass(10);
        Assert.IsType<Outcome.Refused>(Assert.Single(watch.Observations()).Outcome);
    }

    [Fact]
    public async Task A_dead_uplink_is_told_once_although_targets_on_this_machine_are_vouched_for_again_and_again()
    {
        var turn = 0;
        await using var watch = new Watch(One(1))
        {
            Behave = (_, _) => new(Reset),
            Verdict = _ => turn++ % 2 == 0 ? new PathVerdict.Blind("no route") : new PathVerdict.Vouched("our own listener") { OnThisMachine = true },
        };
        watch.Run();
        watch.Pass(95);
        Assert.Equal("no route", Assert.Single(watch.BlindFacts).Reason);
        Assert.Empty(watch.SeesFacts);
        watch.Verdict = _ => new PathVerdict.Vouched("1.1.1.1:443");
        watch.Pass(30);
        Assert.Single(watch.SeesFacts);
    }

    [Fact]
    public async Task A_probe_that_only_listens_does_not_end_the_blindness_of_its_vantage_point()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("no route") };
        watch.Run();
        watch.Pass(10);
        watch.Behave = (_, _) => new(Fine);
        watch.Verdict = _ => PathVerdict.NotNeeded.Instance;
        watch.Pass(60);
        Assert.Empty(watch.SeesFacts);
    }

    [Fact]
    public async Task A_check_that_went_wrong_blinds_until_any_check_succeeds()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), CheckHangs = true };
        watch.Run();
        watch.Pass(60);
        Assert.NotEmpty(watch.BlindFacts);
        watch.CheckHangs = false;
        watch.Verdict = _ => new PathVerdict.Vouched("our own listener") { OnThisMachine = true };
        watch.Pass(60);
        Assert.Single(watch.SeesFacts);
    }

    [Fact]
    public async Task A_dead_resolver_is_told_once_although_the_path_itself_is_vouched_for_again_and_again()
    {
        var unresolved = new Sight(new Outcome.Refused("dns_failed", "no resolver answered"), [], NeedsControl: true) { Resolving = true };
        var turn = 0;
        await using var watch = new Watch(One(1))
        {
            Behave = (_, _) => new(turn++ % 2 == 0 ? unresolved : Reset),
            Verdict = _ => new PathVerdict.Vouched("c"),
            ResolverVerdict = new PathVerdict.Blind("no control name"),
        };
        watch.Run();
        watch.Pass(95);
        Assert.Equal("no control name", Assert.Single(watch.BlindFacts).Reason);
        Assert.Empty(watch.SeesFacts);
        watch.Behave = (_, _) => new(Fine);
        watch.ResolverVerdict = new PathVerdict.Vouched("a name");
        watch.Pass(30);
        Assert.Single(watch.SeesFacts);
    }

    [Fact]
    public async Task An_answer_that_our_own_resolver_s_trouble_would_explain_counts_only_when_that_is_vouched_for()
    {
        var servfail = Fine with { NeedsControl = true, Resolving = true };
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(servfail), Verdict = _ => new PathVerdict.Vouched("path"), ResolverVerdict = new PathVerdict.Blind("no control name") };
        watch.Run();
        watch.Pass(35);
        Assert.All(watch.Observations(), one => Assert.Equal("own path: no control name", Assert.IsType<Outcome.ProbeFault>(one.Outcome).Reason));
        watch.ResolverVerdict = new PathVerdict.Vouched("a name");
        watch.Pass(35);
        var seen = watch.Observations();
        Assert.NotEmpty(seen);
        Assert.All(seen, one => Assert.Equal((true, "a name"), (one.Outcome is Outcome.Answered, one.Control)));
    }

    [Fact]
    public async Task A_path_that_could_not_even_be_tried_is_ours_and_its_loss_goes_on_record()
    {
        var away = new Sight(new Outcome.ProbeFault("proxy_unreachable: the proxy is away"), [], NeedsControl: true);
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(away), Verdict = _ => new PathVerdict.Blind("uplink") };
        watch.Run();
        watch.Pass(35);
        Assert.All(watch.Observations(), one => Assert.Equal("proxy_unreachable: the proxy is away", Assert.IsType<Outcome.ProbeFault>(one.Outcome).Reason));
        Assert.Equal("uplink", Assert.Single(watch.BlindFacts).Reason);
    }

    [Fact]
    public async Task An_answer_while_blind_does_not_by_itself_mean_that_the_path_is_mended()
    {
        await using var watch = new Watch(One(1)) { Behave = (probe, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("uplink") };
        watch.Run();
        watch.Pass(10);
        watch.Behave = (_, _) => new(Fine);   // a target on the near side of the broken uplink
        watch.Pass(30);
        Assert.Empty(watch.SeesFacts);
        Assert.Equal(3, watch.Observations().Count(one => one.Outcome is Outcome.Answered));
    }

    [Fact]
    public async Task A_control_check_that_hangs_or_throws_leaves_the_failure_ours()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset) };
        watch.CheckHangs = true;
        watch.Run();
        watch.Pass(17);
        Assert.Contains("did not come back within 5 s", Assert.IsType<Outcome.ProbeFault>(watch.Observations()[0].Outcome).Reason);
        watch.CheckHangs = false;
        watch.Verdict = _ => throw new InvalidOperationException();
        watch.Pass(20);
        Assert.Contains("InvalidOperationException", Assert.IsType<Outcome.ProbeFault>(watch.Observations()[^1].Outcome).Reason);
    }

    [Fact]
    public async Task A_failure_that_needs_no_control_is_not_checked()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(new Sight(new Outcome.Refused("http_500", "no"), [])) };
        watch.Run();
        watch.Pass(30);
        Assert.Empty(watch.CheckedAfter);
    }
}
