using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Probing.Tests.Scheduling;

public sealed class PathCheckTests
{
    private static readonly VantagePoint Here = new() { Id = new("v0"), Region = "r" };
    private static readonly Sight Reset = new(new Outcome.Refused("reset", "x"), [], NeedsControl: true);

    private static async Task<PathVerdict> AskAsync(string? provider)
    {
        // Port 1 of loopback: nothing listens there.
        var control = new ControlCheck(new ControlOptions { Targets = ["127.0.0.1:1"] }, TimeProvider.System);
        var check = PathChecks.By(control, new Dictionary<VantagePointId, NetworkPath> { [Here.Id] = new(Here) }, _ => provider);
        return await check(ScheduleRun.Probe("shop", "api", 1), Here, Reset, Instant.MinValue, CancellationToken.None);
    }

    [Theory]
    [InlineData("127.0.0.1:8545")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public async Task A_target_on_this_machine_is_vouched_for_by_our_own_listener(string provider) => Assert.True(Assert.IsType<PathVerdict.Vouched>(await AskAsync(provider)).OnThisMachine);

    [Fact]
    public async Task A_target_elsewhere_is_not_vouched_for_while_no_control_target_can_be_reached() => Assert.IsType<PathVerdict.Blind>(await AskAsync("shop.example:443"));

    [Fact]
    public async Task A_probe_that_only_listens_needs_no_control() => Assert.IsType<PathVerdict.NotNeeded>(await AskAsync(null));
}
