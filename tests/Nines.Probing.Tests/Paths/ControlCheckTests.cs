using System.Net;
using System.Net.Sockets;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tests.Paths;

public sealed class ControlCheckTests
{
    private static ControlCheck Check(params HostPort[] targets) =>
        new(new ControlOptions { Targets = [.. targets.Select(target => target.ToString())], Names = ["one.example", "two.example"] }, TimeProvider.System);

    private static HostileServer Anybody() => new((stream, stop) => stream.ReadAsync(new byte[1], stop).AsTask());

    [Fact]
    public async Task One_control_target_that_answers_is_enough()
    {
        await using var server = Anybody();
        var verdict = await Check(Look.NobodyThere(), server.Target).VouchAsync(Look.Path(), false, false, default);

        Assert.Contains(server.Target.ToString(), Assert.IsType<ControlVerdict.Vouched>(verdict).By, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_no_control_target_answers_the_path_is_blind() =>
        Assert.IsType<ControlVerdict.Blind>(await Check(Look.NobodyThere(), Look.NobodyThere()).VouchAsync(Look.Path(), false, false, default));

    [Fact]
    public async Task Loopback_targets_are_vouched_for_by_our_own_stack() =>
        Assert.IsType<ControlVerdict.Vouched>(await Check(Look.NobodyThere()).VouchAsync(Look.Path(), false, loopback: true, default));

    [Fact]
    public async Task Behind_a_proxy_loopback_targets_need_control_targets_too()
    {
        await using var target = Anybody();
        await using var proxy = NetworkPathTests.Proxy();
        var path = Look.Path(new Uri($"http://{proxy.Target}"));

        Assert.IsType<ControlVerdict.Vouched>(await Check(target.Target).VouchAsync(path, false, loopback: true, default));
        Assert.IsType<ControlVerdict.Blind>(await Check(Look.NobodyThere()).VouchAsync(path, false, loopback: true, default));
        Assert.Equal(2, proxy.Accepted);
    }

    [Fact]
    public async Task Our_resolver_is_broken_only_if_every_control_name_fails()
    {
        var known = "";
        var path = new NetworkPath(Look.Path().VantagePoint)
        {
            Resolver = name => name == known ? Task.FromResult(new[] { IPAddress.Loopback }) : throw new SocketException((int)SocketError.TryAgain),
        };
        var check = Check(Look.NobodyThere());

        Assert.IsType<ControlVerdict.Blind>(await check.VouchAsync(path, resolving: true, false, default));
        known = "two.example";
        Assert.IsType<ControlVerdict.Vouched>(await check.VouchAsync(path, resolving: true, false, default));
    }

    [Fact]
    public async Task A_check_that_ran_before_the_failure_does_not_vouch_for_it_and_waiting_failures_share_the_next()
    {
        var asked = 0;
        var release = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var path = new NetworkPath(Look.Path().VantagePoint)
        {
            Resolver = _ => Interlocked.Increment(ref asked) == 1 ? release.Task : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain)),
        };
        var check = new ControlCheck(new ControlOptions { Names = ["one.example"] }, TimeProvider.System);

        var first = check.VouchAsync(path, true, false, default).AsTask();
        await Look.UntilAsync(() => Volatile.Read(ref asked) == 1, "the first check");
        var later = Enumerable.Range(0, 20).Select(_ => check.VouchAsync(path, true, false, default).AsTask()).ToList();
        release.SetResult([IPAddress.Loopback]);

        Assert.IsType<ControlVerdict.Vouched>(await first);
        Assert.All(await Task.WhenAll(later), verdict => Assert.IsType<ControlVerdict.Blind>(verdict)); // the resolver broke in between
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_control_target_that_hangs_is_given_up_on_virtual_time()
    {
        var time = new Nines.Testing.ManualTimeProvider();
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => new TaskCompletionSource<IPAddress[]>().Task };
        var verdict = new ControlCheck(new ControlOptions { Targets = ["hangs.example:443"] }, time).VouchAsync(path, false, false, default).AsTask();

        await Look.UntilAsync(() => time.NextDue is not null, "the limit to be set");
        Assert.False(verdict.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.IsType<ControlVerdict.Blind>(await verdict);
    }

    [Fact]
    public void Options_without_targets_are_a_mistake()
    {
        Assert.Throws<ArgumentException>(() => new ControlCheck(new ControlOptions { Targets = [] }, TimeProvider.System));
        Assert.Equal(["targets", "names", "timeout"], new ControlOptions { Targets = ["x"], Names = [], Timeout = Duration.Zero }.Validate().Select(mistake => mistake.Option));
        Assert.Empty(new ControlOptions().Validate());
    }
}
