using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>What is watched changes while watching goes on.</summary>
public sealed class ChangingTests
{
    private static readonly ProbeDefinition Api = Probe("shop", "api", 2), Page = Probe("site", "page", 2), Extra = Probe("new", "api", 2);

    private static Topology Of(params ProbeDefinition[] probes) =>
        Watching(2, [.. probes.GroupBy(probe => probe.Id.Component).Select(group => Component(group.Key.Value, [.. group]))]);

    private static HashSet<ProbeId> Kept(params ProbeDefinition[] probes) => [.. probes.Select(probe => probe.Id)];

    [Fact]
    public void A_kept_probe_keeps_its_due_times_over_any_number_of_changes()
    {
        var undisturbed = new ScheduleRun(Of(Api));
        undisturbed.RunTo(300);
        var changed = new ScheduleRun(Of(Page, Api));
        for (var i = 0; i < 200; i++)
        {
            var topology = (i % 3) switch { 0 => Of(Api), 1 => Of(Extra, Api, Page), _ => Of(Api, Probe("other", $"p{i}", 1)) };
            changed.At(1 + i, run => run.Schedule.Change(topology, Kept(Api), run.Now));
        }
        changed.RunTo(300);
        int[] api = [.. changed.Schedule.Slots.Where(slot => slot.Probe.Id == Api.Id).Select(slot => slot.Index)];
        Assert.Equal(undisturbed.Looks.Select(look => look.Began), changed.Looks.Where(look => api.Contains(look.Look.Slot)).Select(look => look.Began));
        Assert.All(changed.Schedule.Slots, slot => Assert.InRange(slot.Index, 0, 5));   // indexes are used again: at most six slots at a time
        Assert.Empty(changed.Misses);
    }

    [Fact]
    public void A_new_probe_gets_its_first_look_within_one_interval_and_a_dropped_one_none()
    {
        var run = new ScheduleRun(Of(Api));
        run.RunTo(95);
        run.Schedule.Change(Of(Page), Kept(), run.Now);
        var before = run.Looks.Count;
        run.RunTo(105.001);
        Assert.Equal([0, 1], run.Looks.Skip(before).Select(look => look.Look.Slot).Order());
        Assert.All(run.Schedule.Slots, slot => Assert.Equal(Page.Id, slot.Probe.Id));
    }

    [Fact]
    public void What_is_said_of_a_dropped_look_is_void_and_frees_no_other()
    {
        var run = new ScheduleRun(Of(Api), new ScheduleOptions { MaxConcurrent = 1 }) { Takes = _ => null };
        run.RunTo(10);
        Assert.Equal(1, run.Schedule.InFlight);
        var look = run.Looks[0].Look;
        run.Schedule.Change(Of(Page), Kept(), run.Now);
        Assert.Equal((0, 0), (run.Schedule.InFlight, run.Schedule.Waiting));
        Assert.False(run.Schedule.Delivering(look));
        Assert.False(run.Schedule.Ended(look));
        Assert.Equal(0, run.Schedule.InFlight);
    }

    [Fact]
    public void A_component_that_is_looked_at_often_stays_so_and_so_does_a_changed_probe_of_it()
    {
        var slow = Api with { Every = Duration.FromSeconds(60) };
        var run = new ScheduleRun(Of(Page, Api));
        run.RunTo(30);
        run.Schedule.Sharpen(Api.Id.Component, run.Now);
        run.Schedule.Change(Of(slow), Kept(), run.Now);
        var before = run.Looks.Count;
        run.RunTo(40);
        Assert.InRange(run.Looks.Count - before, 15, 25);   // two vantage points, a look a second each
        Assert.True(run.Schedule.Settle(Api.Id.Component, run.Now));
    }

    [Fact]
    public void A_topology_that_cannot_be_scheduled_changes_nothing()
    {
        var run = new ScheduleRun(Of(Api));
        Assert.Throws<ArgumentException>(() => run.Schedule.Change(Of(Page with { Timeout = Duration.FromSeconds(60) }), Kept(), run.Now));
        run.RunTo(20);
        Assert.Equal(4, run.Looks.Count);
    }

    [Fact]
    public async Task Kept_probes_live_on_dropped_ones_are_disposed_and_new_ones_are_made()
    {
        await using var watch = new Watch(Of(Api, Page));
        watch.Run();
        watch.Pass(20);
        var kept = watch.Probes.Take(2).ToArray();
        for (var i = 0; i < 200; i++)
        {
            var change = watch.Scheduler.ChangeAsync(i % 2 == 0 ? Of(Api, Extra) : Of(Api, Page), Kept(Api), TestContext.Current.CancellationToken);
            watch.Pass(0.05);
            await change;
        }
        watch.Pass(20);
        Assert.All(kept, probe => Assert.False(probe.Disposed));
        Assert.Equal(4, watch.Probes.Count(probe => !probe.Disposed));   // two of each of the two probes: none is left behind
        Assert.Empty(watch.Troubles);
        Assert.Equal([Api.Id, Page.Id], watch.Observations().Where(one => one.Ended > watch.Clock.Now - Duration.FromSeconds(10)).Select(one => one.Probe).Distinct().OrderBy(id => id.Name));
    }

    [Fact]
    public async Task A_look_in_flight_of_a_dropped_probe_is_cancelled_and_what_it_saw_is_not_handed_over()
    {
        await using var watch = new Watch(Of(Api));
        var cancelled = 0;
        watch.Behave = async (_, limit) =>
        {
            await Watch.CancelledAsync(limit).ConfigureAwait(false);
            cancelled++;
            return new Sight(new Outcome.Refused("reset", "connection reset"), []);
        };
        watch.Run();
        watch.Pass(9.9);
        Assert.True(watch.Looked > 0);
        watch.Observations();
        var (was, at) = (cancelled, watch.Clock.Now);
        watch.Behave = (_, _) => new(new Sight(new Outcome.Answered(Duration.FromMilliseconds(5)), []));
        var change = watch.Scheduler.ChangeAsync(Of(Api with { Every = Duration.FromSeconds(5) }), Kept(), TestContext.Current.CancellationToken);
        watch.Pass(0);
        Assert.Equal(at, await change);
        watch.Pass(12);
        Assert.True(cancelled > was);
        Assert.All(watch.Observations(), one => Assert.True(one.Started >= at && one.Outcome is Outcome.Answered));
        Assert.Equal(2, watch.Probes.Count(probe => !probe.Disposed));
    }

    [Fact]
    public async Task A_change_after_the_end_does_not_wait_for_ever()
    {
        await using var watch = new Watch(Of(Api));
        watch.Run();
        watch.Pass(1);
        watch.Stop();
        watch.Pass(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.Scheduler.ChangeAsync(Of(Page), Kept(), TestContext.Current.CancellationToken));
    }
}
