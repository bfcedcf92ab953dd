using Nines.Core.Components;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

public sealed class SharpeningTests
{
    private static readonly ComponentId Shop = new("shop");

    private static Instant At(double seconds) => Start + Duration.FromSeconds(seconds);

    [Fact]
    public void Sharpening_looks_at_once_from_everywhere()
    {
        var run = new ScheduleRun(Watching(3, Component("shop", Probe("shop", "api", 3, 60), Probe("shop", "page", 3, 60))));
        run.At(100, r => Assert.True(r.Schedule.Sharpen(Shop, r.Now)));
        run.RunTo(100.5);
        Assert.Equal(6, run.Looks.Count(look => look.Began == At(100) && look.Look.Reason == LookReason.Sharpened));
    }

    [Fact]
    public void A_look_in_flight_counts_as_the_immediate_one()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => Duration.FromSeconds(2) };
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.At(phase + 1, r => r.Schedule.Sharpen(Shop, r.Now));
        run.RunTo(phase + 2.4);
        var extra = run.Looks.Count(look => look.Look.Reason == LookReason.Sharpened && look.Began < Start + Duration.FromSeconds(phase + 2));
        Assert.Equal(0, extra);
    }

    [Fact]
    public void While_sharpened_each_vantage_point_looks_every_second_at_its_own_part_of_it()
    {
        var run = new ScheduleRun(One(4, every: 60));
        run.At(100, r => r.Schedule.Sharpen(Shop, r.Now));
        run.RunTo(131);
        foreach (var slot in run.Schedule.Slots)
        {
            var times = run.Looks.Where(look => look.Look.Slot == slot.Index && look.Began > At(103)).Select(look => look.Began).ToArray();
            Assert.InRange(times.Length, 26, 28);
            for (var i = 1; i < times.Length; i++) Assert.InRange((times[i] - times[i - 1]).TotalSeconds, 0.5, 2.0);
        }
        var fractions = run.Looks.Where(look => look.Began > At(105) && look.Look.Reason == LookReason.Sharpened)
            .Select(look => Math.Round((look.Began - At(100)).TotalSeconds % 1, 3) % 1).Distinct().Order().ToArray();
        Assert.Equal([0, 0.25, 0.5, 0.75], fractions);
    }

    [Fact]
    public void A_sharpened_look_close_to_a_due_time_replaces_it_and_the_regular_schedule_goes_on_after_settling()
    {
        var run = new ScheduleRun(One(2));
        run.At(30, r => r.Schedule.Sharpen(Shop, r.Now));
        run.At(90, r => Assert.True(r.Schedule.Settle(Shop, r.Now)));
        run.RunTo(200);
        Assert.InRange(run.Schedule.Counts.Replaced, 11, 12);
        Assert.Empty(run.Misses);
        Assert.DoesNotContain(run.Looks, look => look.Look.Reason == LookReason.Sharpened && look.Began >= At(91));
        Assert.Equal(22, run.Looks.Count(look => look.Began >= At(90)));
        ScheduleTests.AssertEveryDueTimeIsAnsweredFor(run);
        ScheduleTests.AssertNoOverlap(run);
    }

    [Fact]
    public void A_hanging_target_is_not_looked_at_twice_at_once_while_sharpened()
    {
        var run = new ScheduleRun(One(3)) { Takes = _ => Duration.FromSeconds(5) };
        run.At(30, r => r.Schedule.Sharpen(Shop, r.Now));
        run.RunTo(300);
        ScheduleTests.AssertNoOverlap(run);
        ScheduleTests.AssertEveryDueTimeIsAnsweredFor(run);
        Assert.All(run.Looks.GroupBy(look => look.Look.Slot), slot => Assert.InRange(slot.Count(look => look.Began >= At(40)), 43, 52));
    }

    [Fact]
    public void One_provider_gets_at_most_one_sharpened_look_a_second_from_a_vantage_point_and_twenty_in_all()
    {
        var components = Enumerable.Range(0, 12).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 30, 60), Probe($"node-{i}", "logs", 30, 60))).ToArray();
        var run = new ScheduleRun(Watching(30, components), providerOf: _ => "rpc.example") { Takes = _ => Duration.FromMilliseconds(50) };
        for (var i = 0; i < 12; i++)
        {
            var id = new ComponentId($"node-{i}");
            run.At(60 + i * 7.3, r => r.Schedule.Sharpen(id, r.Now));
        }
        run.RunTo(400);
        var extra = run.Looks.Where(look => look.Look.Reason != LookReason.Regular).ToArray();
        var times = extra.Select(look => look.Began).ToArray();
        for (var i = 20; i < times.Length; i++) Assert.True(times[i] - times[i - 20] >= Duration.FromSeconds(1), $"more than 20 looks in the second after {times[i - 20]}");
        foreach (var point in extra.Where(look => look.Began > At(200)).GroupBy(look => run.Schedule.Slots[look.Look.Slot].From.Id))
        {
            var own = point.Select(look => look.Look.Due).ToArray();
            for (var i = 1; i < own.Length; i++) Assert.True(own[i] - own[i - 1] >= Duration.FromSeconds(1) - Duration.FromMilliseconds(1));
        }
        // Nobody starves: 720 slots share 20 a second, a turn each 36 s.
        Assert.All(run.Schedule.Slots, slot => Assert.InRange(extra.Count(look => look.Look.Slot == slot.Index && look.Began > At(200)), 3, 7));
    }

    [Fact]
    public void Another_providers_components_are_not_slowed_by_the_limit()
    {
        var run = new ScheduleRun(
            Watching(1, [.. Enumerable.Range(0, 30).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 1, 60)))]),
            providerOf: probe => probe.Id.Component.Value == "node-7" ? "other.example" : "rpc.example");
        run.At(60, r =>
        {
            foreach (var component in r.Schedule.Slots.Select(slot => slot.Probe.Id.Component)) r.Schedule.Sharpen(component, r.Now);
        });
        run.RunTo(120);
        Assert.InRange(run.Looks.Count(look => look.Look.Slot == 7 && look.Began >= At(60)), 57, 61);
    }

    [Fact]
    public void Neighbours_that_flap_at_one_provider_do_not_starve_a_sharpened_component()
    {
        var run = new ScheduleRun(Watching(2, Component("shop", Probe("shop", "api", 2, 60)), Component("flappy", Probe("flappy", "api", 2, 60))), providerOf: _ => "x");
        run.At(100, r => r.Schedule.Sharpen(Shop, r.Now));
        for (var i = 0; i < 100; i++)
        {
            run.At(101 + i * 0.6, r => r.Schedule.Sharpen(new("flappy"), r.Now));
            run.At(101.3 + i * 0.6, r => r.Schedule.Settle(new("flappy"), r.Now));
        }
        run.RunTo(161);
        Assert.All(run.Schedule.Slots.Where(slot => slot.Probe.Id.Component == Shop), slot =>
            Assert.InRange(run.Looks.Count(look => look.Look.Slot == slot.Index && look.Began > At(101)), 15, 62));
    }

    [Fact]
    public void A_broken_connection_triggers_a_look_from_all_vantage_points_and_only_its_own_carries_the_instant()
    {
        var run = new ScheduleRun(One(3, every: 60));
        run.At(100, r => r.Schedule.Tripped(1, new TripwireEvent(At(99.99), Broke: true), r.Now));
        run.RunTo(159);
        var triggered = run.Looks.Where(look => look.Look.Reason == LookReason.Tripwire).ToArray();
        Assert.Equal([0, 1, 2], triggered.Select(look => look.Look.Slot).Order());
        Assert.All(triggered, look => Assert.Equal(At(100), look.Began));
        var carrying = Assert.Single(run.Looks, look => look.Look.Tripwire is not null);
        Assert.Equal((1, At(99.99)), (carrying.Look.Slot, carrying.Look.Tripwire!.Value));
    }

    [Fact]
    public void An_instant_that_one_look_has_carried_is_not_carried_by_another()
    {
        var run = new ScheduleRun(One(2, every: 60));
        run.At(100, r => r.Schedule.Tripped(0, new TripwireEvent(At(100), Broke: true), r.Now));
        run.At(110, r => r.Schedule.Tripped(1, new TripwireEvent(At(110), Broke: true), r.Now));   // sets slot 0 off too
        run.RunTo(115);
        var own = run.Looks.Where(look => look.Look is { Slot: 0, Reason: LookReason.Tripwire }).Select(look => look.Look.Tripwire);
        Assert.Equal([At(100), null], own);
    }

    [Fact]
    public void A_connection_that_can_be_had_again_triggers_its_own_look_only()
    {
        var run = new ScheduleRun(One(3, every: 60));
        run.At(100, r => r.Schedule.Tripped(2, new TripwireEvent(At(100), Broke: false), r.Now));
        run.RunTo(110);
        var look = Assert.Single(run.Looks, look => look.Look.Reason == LookReason.Tripwire);
        Assert.Equal((2, (Instant?)At(100)), (look.Look.Slot, look.Look.Tripwire));
    }

    [Fact]
    public void A_tripwire_during_a_look_is_not_attached_to_it_but_to_one_that_follows()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => Duration.FromSeconds(2) };
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.At(phase + 0.5, r => r.Schedule.Tripped(0, new TripwireEvent(r.Now, Broke: true), r.Now));
        run.At(phase + 0.7, r => r.Schedule.Tripped(0, new TripwireEvent(r.Now, Broke: true), r.Now));
        run.RunTo(phase + 5);
        Assert.Null(run.Looks[0].Look.Tripwire);
        Assert.Equal(At(phase + 0.5), run.Looks[1].Look.Tripwire);   // the first break bounds the onset
        Assert.Equal(At(phase + 2), run.Looks[1].Began);
        Assert.Equal(2, run.Looks.Count);
    }

    [Fact]
    public void A_break_after_a_recovery_that_no_look_saw_carries_the_later_instant()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => Duration.FromSeconds(2) };
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.At(phase + 0.5, r => r.Schedule.Tripped(0, new TripwireEvent(r.Now, Broke: true), r.Now));
        run.At(phase + 0.7, r => r.Schedule.Tripped(0, new TripwireEvent(r.Now, Broke: false), r.Now));
        run.RunTo(phase + 5);
        Assert.Equal(At(phase + 0.7), run.Looks[1].Look.Tripwire);
    }

    [Fact]
    public void A_slot_whose_connection_flaps_makes_at_most_four_looks_a_second_for_it()
    {
        var run = new ScheduleRun(One(1, every: 60)) { Takes = _ => Duration.FromMilliseconds(10) };
        for (var i = 0; i < 200; i++) run.At(100 + i * 0.05, r => r.Schedule.Tripped(0, new TripwireEvent(r.Now, Broke: true), r.Now));
        run.RunTo(115);
        var times = run.Looks.Where(look => look.Look.Reason == LookReason.Tripwire).Select(look => look.Began).ToArray();
        Assert.InRange(times.Length, 36, 44);
        for (var i = 4; i < times.Length; i++) Assert.True(times[i] - times[i - 4] >= Duration.FromSeconds(1));
    }

    [Fact]
    public void Sharpening_what_is_sharpened_or_unknown_does_nothing()
    {
        var schedule = new Schedule(One(1), Start, new ScheduleOptions(), _ => null);
        Assert.True(schedule.Sharpen(Shop, Start));
        Assert.False(schedule.Sharpen(Shop, Start));
        Assert.False(schedule.Sharpen(new("nobody"), Start));
        Assert.True(schedule.Settle(Shop, Start));
        Assert.False(schedule.Settle(Shop, Start));
    }
}
