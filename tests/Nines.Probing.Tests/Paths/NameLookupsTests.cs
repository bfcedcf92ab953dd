using System.Net;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Tcp;
using NodaTime;

namespace Nines.Probing.Tests.Paths;

public sealed class NameLookupsTests
{
    private static readonly IPAddress[] Here = [IPAddress.Loopback];

    private static NetworkPath Silent(TaskCompletionSource<IPAddress[]> never, Action<string>? asked = null, string? except = null) => new(Look.Path().VantagePoint)
    {
        Resolver = name =>
        {
            asked?.Invoke(name);
            return name == except ? Task.FromResult(Here) : never.Task;
        },
    };

    [Fact]
    public async Task Ten_thousand_probes_of_a_dead_resolver_hold_a_bounded_number_of_look_ups_and_the_rest_are_probe_faults()
    {
        var asked = 0;
        var never = new TaskCompletionSource<IPAddress[]>();
        var path = Silent(never, _ => Interlocked.Increment(ref asked));
        using var limit = new CancellationTokenSource();
        var all = Enumerable.Range(0, 10_000).Select(i => path.ResolveAsync($"host{i}.example", limit.Token)).ToList();
        await limit.CancelAsync();
        var failures = (await Task.WhenAll(all)).Select(result => result.Failure).ToList();

        Assert.Equal(NameLookups.MostAtOnce, asked);
        Assert.Equal(NameLookups.MostAtOnce, failures.Count(failure => failure is PathFailure.TimedOut { Phase: Phases.Dns }));
        Assert.Equal(10_000 - NameLookups.MostAtOnce, failures.Count(failure => failure is PathFailure.Ours { Code: "resolver_busy" }));
    }

    [Fact]
    public async Task Probes_of_one_name_share_one_look_up_however_often_they_ask()
    {
        var asked = 0;
        var later = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var path = Silent(later, _ => Interlocked.Increment(ref asked));
        var all = Enumerable.Range(0, 200).Select(i => path.ResolveAsync(i % 2 == 0 ? "one.example" : "ONE.example", default)).ToList();
        later.SetResult(Here);

        Assert.All(await Task.WhenAll(all), result => Assert.Null(result.Failure));
        Assert.Equal(1, asked);
        await path.ResolveAsync("one.example", default);
        Assert.Equal(2, asked);   // one that has ended answers nobody who comes later
    }

    [Fact]
    public async Task Control_names_are_looked_up_although_the_look_ups_of_silent_targets_hold_every_place()
    {
        var never = new TaskCompletionSource<IPAddress[]>();
        var path = Silent(never, except: "control.example");
        using var limit = new CancellationTokenSource();
        var held = Enumerable.Range(0, NameLookups.MostAtOnce).Select(i => path.ResolveAsync($"host{i}.example", limit.Token)).ToList();
        await limit.CancelAsync();
        await Task.WhenAll(held);

        var check = new ControlCheck(new ControlOptions { Names = ["control.example"] }, TimeProvider.System);
        Assert.IsType<ControlVerdict.Vouched>(await check.VouchAsync(path, resolving: true, loopback: false, default));
        Assert.IsType<PathFailure.Ours>((await path.ResolveAsync("late.example", limit.Token)).Failure);
    }

    [Fact]
    public async Task A_place_is_free_again_when_its_look_up_has_ended()
    {
        var hanging = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var path = Silent(hanging, except: "next.example");
        var held = Enumerable.Range(0, NameLookups.MostAtOnce).Select(i => path.ResolveAsync($"host{i}.example", default)).ToList();
        var next = path.ResolveAsync("next.example", default);
        Assert.False(next.IsCompleted);
        hanging.SetResult(Here);

        Assert.Null((await next).Failure);
        await Task.WhenAll(held);
    }

    [Fact]
    public async Task A_look_up_that_was_never_begun_is_a_probe_fault_of_the_probe()
    {
        var path = Silent(new TaskCompletionSource<IPAddress[]>());
        using var limit = new CancellationTokenSource();
        var held = Enumerable.Range(0, NameLookups.MostAtOnce).Select(i => path.ResolveAsync($"host{i}.example", limit.Token)).ToList();
        await limit.CancelAsync();
        await Task.WhenAll(held);

        var sight = await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = "shop.example:443" }, Duration.FromMilliseconds(100)), path);
        Assert.StartsWith("resolver_busy: 32 name look-ups hang", Assert.IsType<Outcome.ProbeFault>(sight.Outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_system_s_resolver_answers_for_localhost()
    {
        var addresses = await new NameLookups(NameLookups.AskSystemAsync).AskAsync("localhost", control: false, default);
        Assert.Contains(addresses, IPAddress.IsLoopback);
    }
}
