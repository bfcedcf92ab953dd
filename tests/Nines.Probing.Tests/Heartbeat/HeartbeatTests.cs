using Nines.Core.Observations;
using Nines.Probing.Heartbeat;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Probing.Tests.Heartbeat;

public sealed class HeartbeatTests
{
    private const string Token = "0123456789abcdef";
    private readonly ManualTimeProvider time = new();
    private readonly Inbox inbox = new(expected: 1);
    private readonly ProbeEnvironment environment;

    public HeartbeatTests() =>
        environment = new ProbeEnvironment(time, () => Instant.FromDateTimeOffset(time.GetUtcNow())) { Inbox = inbox };

    [Fact]
    public async Task Before_the_first_beat_nothing_is_known_until_it_is_overdue()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token, Expect = Duration.FromHours(1) });
        await using var probe = Look.Make(definition, environment: environment);

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("no heartbeat since start yet", Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome).Reason);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(3660, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
    }

    [Fact]
    public async Task A_beat_from_before_a_restart_counts_as_long_as_it_is_expected_to_and_no_longer()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token, Expect = Duration.FromHours(1) });
        var known = new LastBeats([]);
        await using (var first = Look.Make(definition, environment: environment with { LastBeats = known }))
        {
            Assert.True(inbox.Beat(Token));
            await Look.OnceAsync(first, Look.Long);
        }
        time.Advance(TimeSpan.FromMinutes(20)); // Nines is off
        var again = new LastBeats(known.All.Select(beat => KeyValuePair.Create(definition.Id, beat.Value)));
        await using var probe = Look.Make(definition, environment: environment with { LastBeats = again });
        Assert.Equal(1200, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
        time.Advance(TimeSpan.FromMinutes(45)); // it may have reported while nobody listened
        Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome);
        time.Advance(TimeSpan.FromMinutes(16)); // an hour and a minute since it is listened again
        Assert.Equal(3660, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
    }

    [Fact]
    public async Task A_beat_that_was_missed_while_the_process_stood_still_is_our_fault()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token, Expect = Duration.FromHours(1) });
        var runs = Instant.MinValue;
        await using var probe = Look.Make(definition, environment: environment with { RunsSince = () => runs });
        Assert.True(inbox.Beat(Token));
        time.Advance(TimeSpan.FromMinutes(50)); // of which the last twenty nobody ran
        runs = environment.Now();
        Assert.Equal(3000, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome);
        time.Advance(TimeSpan.FromMinutes(41)); // an hour and a minute since it is listened again
        Assert.Equal(3660, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
        Assert.True(inbox.Beat(Token));
        Assert.Equal(0, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
    }

    [Fact]
    public async Task A_beat_starts_the_silence_anew()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token });
        await using var probe = Look.Make(definition, environment: environment);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.True(inbox.Beat(Token));
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(5, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
        }
    }

    [Fact]
    public async Task Only_the_right_token_beats_and_it_is_forgotten_with_its_probe()
    {
        var probe = Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }), environment: environment);
        foreach (var wrong in new[] { "", Token[1..], Token + "0", Token.ToUpperInvariant() }) Assert.False(inbox.Beat(wrong));
        Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome);
        Assert.True(inbox.Beat(Token));
        await probe.DisposeAsync();
        Assert.False(inbox.Beat(Token));
    }

    [Fact]
    public void Two_probes_with_one_token_both_hear_the_beat()
    {
        using var one = inbox.RegisterBeats(Token, environment.Now);
        using var other = inbox.RegisterBeats(Token, environment.Now);
        Assert.True(inbox.Beat(Token));
        Assert.NotNull(one.Last);
        Assert.Equal(one.Last, other.Last);
    }

    [Fact]
    public void No_token_is_called_wrong_before_all_that_are_expected_have_registered()
    {
        var two = new Inbox(expected: 2);
        Assert.False(two.IsReady);
        using var one = two.RegisterBeats(Token, environment.Now);
        Assert.False(two.IsReady);
        two.RegisterBeats(Token + "x", environment.Now).Dispose();
        Assert.True(two.IsReady);
    }

    [Fact]
    public async Task Where_nothing_listens_the_probe_says_what_is_missing()
    {
        await using var probe = Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }));
        Assert.Contains("listen: 127.0.0.1", Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_condition_follows_the_expectation()
    {
        var type = new HeartbeatProbeType();
        Assert.Equal(["since_last < 5400s else down"], type.DefaultConditions(new HeartbeatOptions { Token = Token, Expect = Duration.FromMinutes(90) }));
        Assert.Equal(["heartbeat", "expect"], type.Validate(new HeartbeatOptions { Token = "short", Expect = Duration.Zero }).Select(mistake => mistake.Option));
    }
}
