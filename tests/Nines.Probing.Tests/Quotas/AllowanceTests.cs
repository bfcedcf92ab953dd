using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Quotas;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Quotas;

public sealed class AllowanceTests
{
    private static readonly VantagePointId Here = new("here");
    private readonly ManualTimeProvider time = new();
    private readonly List<string> notices = [];
    private readonly ProbeEnvironment environment;

    public AllowanceTests() => environment = new ProbeEnvironment(time, () => Instant.FromDateTimeOffset(time.GetUtcNow())) { Noticed = notices.Add };

    private Allowance For(Quota? quota, string provider = "rpc.example:443", double every = 10) =>
        new(quota, provider, Here, environment, Duration.FromSeconds(every), Redaction.ByShape);

    private static string Reason(Sight? sight) => Assert.IsType<Outcome.ProbeFault>(Assert.NotNull(sight).Outcome).Reason;

    [Fact]
    public void Below_the_declared_quota_the_refusal_is_the_providers_and_the_next_look_asks_again()
    {
        var allowance = For(new Quota(10, Duration.FromMinutes(1)));
        allowance.Count(10);
        var theirs = Assert.IsType<RateFault.Theirs>(allowance.Refused("HTTP status 429", null));
        Assert.Equal("HTTP status 429, after 10 requests of the 10/1m that it allows", theirs.Why);
        Assert.Null(allowance.Waiting());
        Assert.Empty(notices);
    }

    [Fact]
    public void A_provider_that_refuses_below_its_quota_and_asks_for_an_hour_is_asked_again_after_one_interval()
    {
        var allowance = For(new Quota(10, Duration.FromMinutes(1)));
        allowance.Count();
        Assert.IsType<RateFault.Theirs>(allowance.Refused("HTTP status 429", Duration.FromHours(1)));
        Assert.Contains("asks us to wait", Reason(allowance.Waiting()), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(allowance.Waiting());
    }

    [Fact]
    public void Above_the_quota_it_is_ours_and_all_probes_of_the_provider_leave_it_alone_until_it_takes_them_again()
    {
        var (one, other, elsewhere) = (For(new Quota(10, Duration.FromMinutes(1))), For(null), For(null, "other.example:443"));
        other.Count(6);   // declares no quota, and uses up the one of its provider
        one.Count(6);
        var ours = Assert.IsType<RateFault.Ours>(one.Refused("-32005: limit exceeded", null));
        Assert.Equal("rate_limited: rpc.example:443: -32005: limit exceeded; we made 12 requests, the quota is 10/1m; we wait 60 s", Reason(ours.Sight));
        Assert.NotNull(other.Waiting());
        Assert.Null(elsewhere.Waiting());
        Assert.StartsWith("we slow down. rate_limited: rpc.example:443", Assert.Single(notices), StringComparison.Ordinal);

        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(other.Waiting());
        other.Took();
        Assert.Equal(["rpc.example:443 takes our requests again: back to our pace"], notices.Skip(1));
    }

    [Fact]
    public void Without_a_quota_it_counts_as_ours_and_says_what_to_declare()
    {
        Assert.Contains("no quota is declared, so it counts as ours: give quota", Reason(((RateFault.Ours)For(null).Refused("HTTP status 429", null)).Sight), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_in_a_row_double_the_wait_up_to_an_hour_and_one_that_is_taken_ends_that()
    {
        var allowance = For(null);
        double[] expected = [60, 120, 240, 480, 960, 1920, 3600, 3600];
        foreach (var seconds in expected)
        {
            allowance.Refused("HTTP status 429", null);
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.NotNull(allowance.Waiting());
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Null(allowance.Waiting());
        }
        Assert.Single(notices);   // said once, not at each refusal
        allowance.Took();
        Assert.Contains("we wait 60 s", Reason(((RateFault.Ours)allowance.Refused("HTTP status 429", null)).Sight), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 30)]
    [InlineData(86_400, 3_600)]
    public void What_the_provider_asks_for_is_kept_within_a_second_and_an_hour(int asked, int wait)
    {
        Assert.Contains($"we wait {wait} s", Reason(((RateFault.Ours)For(null).Refused("HTTP status 429", Duration.FromSeconds(asked))).Sight), StringComparison.Ordinal);
    }

    [Fact]
    public void Probes_that_were_on_their_way_when_the_first_was_refused_do_not_double_the_wait_nor_end_it()
    {
        var (one, other) = (For(null), For(null));
        one.Refused("HTTP status 429", null);
        other.Refused("HTTP status 429", null);
        other.Took();
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(one.Waiting());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(one.Waiting());
    }

    [Theory]
    [InlineData("1200/1m", true)]
    [InlineData("10/1s", true)]
    [InlineData("0/1m", false)]
    [InlineData("1200", false)]
    [InlineData("1200/60", false)]
    [InlineData("5/2h", false)]
    [InlineData("x/1m", false)]
    public void Quotas_are_requests_in_a_window(string text, bool right)
    {
        Assert.Equal(right, Quota.TryParse(text, out var quota));
        if (right) Assert.Equal(text, quota.ToString());
    }

    [Fact]
    public void Requests_are_counted_within_their_window_and_by_vantage_point()
    {
        var time = new Nines.Testing.ManualTimeProvider();
        var meter = new RequestMeter();
        var (here, there) = (new VantagePointId("here"), new VantagePointId("there"));
        meter.Declare(here, "venue:443");
        for (var i = 0; i < 100; i++)
        {
            meter.Count(here, "venue:443", time);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(meter.Within(here, "venue:443", Duration.FromSeconds(10), time), 10, 11);
        Assert.Equal(0, meter.Within(there, "venue:443", Duration.FromSeconds(10), time));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, meter.Within(here, "venue:443", Duration.FromHours(1), time));
    }
}
