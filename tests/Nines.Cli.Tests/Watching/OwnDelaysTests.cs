using Nines.Cli.Watching;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class OwnDelaysTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 6, 1, 12, 0);

    private readonly OwnDelays delays = new();

    private string? Word(long delayed, double late, double minutes) =>
        delays.Word(new SchedulerCounts { Faults = delayed + 7, Delayed = delayed, RanLate = Duration.FromSeconds(late) }, Noon + Duration.FromMinutes(minutes));

    [Fact]
    public void Nothing_is_said_while_no_look_was_lost_to_our_own_delays() => Assert.Null(Word(0, 30, 0));

    [Fact]
    public void Who_runs_the_watcher_is_told_at_once_how_many_looks_are_lost_and_again_when_more_are_after_a_while()
    {
        Assert.Equal("This watcher gets too little processor time: 1 look counts for nothing, because it ran late by 3.0 s in all. What it could not see is unknown, never down. Give it more, or have it look less often.", Word(1, 3, 0));
        Assert.Null(Word(4, 5, 4.9));
        Assert.StartsWith("This watcher gets too little processor time: 3 looks count for nothing, because it ran late by 2.0 s in all.", Word(4, 5, 5), StringComparison.Ordinal);
        Assert.Null(Word(4, 9, 20)); // late, but nothing lost by it
    }
}
