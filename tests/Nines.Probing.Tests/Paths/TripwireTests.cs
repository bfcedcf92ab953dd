using System.Collections.Concurrent;

namespace Nines.Probing.Tests.Paths;

public sealed class TripwireTests
{
    /// <summary>The server has it, and the tripwire's own attempt, which has a limit in time, is over: a reset before that is an attempt that failed, not a break.</summary>
    private static Task HeldAsync(HostileServer server, Nines.Testing.ManualTimeProvider time) => Look.UntilAsync(() => server.OpenNow == 1 && time.NextDue is null, "a held connection");

    private static ProbeEnvironment At(Nines.Testing.ManualTimeProvider time) => new(time, () => NodaTime.Instant.FromDateTimeOffset(time.GetUtcNow()));

    private static HostileServer Idle() => new((stream, stop) => stream.ReadAsync(new byte[1], stop).AsTask());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_that_goes_away_breaks_it_and_its_return_is_told(bool reset)
    {
        await using var server = Idle();
        var time = new Nines.Testing.ManualTimeProvider();
        var environment = At(time);
        var events = new ConcurrentQueue<TripwireEvent>();
        await using var tripwire = new Tripwire(Look.Path(), server.Target, environment, events.Enqueue);
        await HeldAsync(server, time);

        time.Advance(TimeSpan.FromMinutes(1));
        var before = environment.Now();
        server.Stop(reset);
        await Look.UntilAsync(() => events.Count == 1, "the break");
        server.StartAgain();
        await Look.UntilAsync(() =>
        {
            if (time.NextDue == Tripwire.Retry) time.Advance(Tripwire.Retry);
            return events.Count == 2;
        }, "the return");

        Assert.Equal([true, false], events.Select(one => one.Broke));
        Assert.All(events, one => Assert.True(one.At >= before));
        await Look.UntilAsync(() => server.OpenNow == 1, "the connection to be held again");
    }

    [Fact]
    public async Task A_target_that_ends_idle_connections_breaks_nothing_and_is_left_in_peace()
    {
        await using var server = new HostileServer((_, _) => Task.CompletedTask);
        var time = new Nines.Testing.ManualTimeProvider();
        var events = new ConcurrentQueue<TripwireEvent>();
        await using var tripwire = new Tripwire(Look.Path(), server.Target, At(time), events.Enqueue);

        await Look.UntilAsync(() => server.Accepted >= 4, "three orderly ends, each followed by a new connection");
        await Look.UntilAsync(() => time.NextDue > TimeSpan.FromSeconds(5), "the rest");
        var accepted = server.Accepted;
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(accepted, server.Accepted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Look.UntilAsync(() => server.Accepted > accepted, "the next hold");
        Assert.Empty(events);
    }

    [Fact]
    public async Task A_defect_of_ours_is_told_and_the_connection_is_held_again()
    {
        await using var server = Idle();
        var time = new Nines.Testing.ManualTimeProvider();
        var told = new ConcurrentQueue<string>();
        var environment = At(time) with { Troubled = (what, error) => told.Enqueue($"{what}: {error.Message}") };
        await using var tripwire = new Tripwire(Look.Path(), server.Target, environment, _ => throw new InvalidOperationException("nobody takes it"));
        await HeldAsync(server, time);

        server.Stop(reset: true);
        await Look.UntilAsync(() => !told.IsEmpty, "the defect");
        Assert.Contains("failed and begins anew: nobody takes it", Assert.Single(told));
        server.StartAgain();
        await Look.UntilAsync(() => time.NextDue == TimeSpan.FromSeconds(30), "the rest");
        time.Advance(TimeSpan.FromSeconds(30));
        await Look.UntilAsync(() => server.OpenNow == 1, "the connection to be held again");
    }

    [Fact]
    public async Task A_target_that_was_never_there_breaks_nothing()
    {
        var events = new ConcurrentQueue<TripwireEvent>();
        await using (new Tripwire(Look.Path(), Look.NobodyThere(), Look.Environment, events.Enqueue))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.Empty(events);
    }
}
