using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>Somebody wants a component looked at now.</summary>
public sealed class AskingTests
{
    private static readonly ComponentId Shop = new("shop");
    private static readonly Duration Minute = Duration.FromMinutes(1);

    private static Instant At(double seconds) => Start + Duration.FromSeconds(seconds);

    private static ScheduleRun TwoProbes(ScheduleOptions? options = null) => new(Watching(3, Component("shop", Probe("shop", "api", 3, 60), Probe("shop", "page", 3, 60))), options);

    [Fact]
    public void All_probes_look_at_once_from_everywhere_and_once_only()
    {
        var run = TwoProbes();
        run.At(100, r => r.Schedule.Ask(Shop, null, r.Now, r.Now + Minute));
        run.RunTo(400);
        var asked = run.Looks.Where(look => look.Look.Reason == LookReason.Asked).ToList();
        Assert.Equal(6, asked.Count);
        Assert.All(asked, look => Assert.Equal(At(100), look.Began));
        Assert.Empty(run.Misses);
    }

    [Fact]
    public void One_probe_looks_alone_and_an_unknown_component_not_at_all()
    {
        var run = TwoProbes();
        run.At(100, r => r.Schedule.Ask(Shop, "page", r.Now, r.Now + Minute));
        run.At(110, r => r.Schedule.Ask(new("none"), null, r.Now, r.Now + Minute));
        run.RunTo(200);
        var asked = run.Looks.Where(look => look.Look.Reason == LookReason.Asked).ToList();
        Assert.Equal(["page", "page", "page"], asked.Select(look => run.Schedule.Slots.First(slot => slot.Index == look.Look.Slot).Probe.Id.Name));
    }

    [Fact]
    public void A_look_in_flight_began_before_somebody_asked_and_another_follows_it()
    {
        var run = new ScheduleRun(One(1, every: 60)) { Takes = _ => Duration.FromSeconds(4) };
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.At(phase + 1, r => r.Schedule.Ask(Shop, null, r.Now, r.Now + Minute));
        run.RunTo(phase + 30);
        Assert.Equal([(At(phase), LookReason.Regular), (At(phase + 4), LookReason.Asked)], run.Looks.Select(look => (look.Began, look.Look.Reason)));
    }

    [Fact]
    public void What_settles_meanwhile_does_not_take_the_look_away()
    {
        var run = new ScheduleRun(One(1, every: 60)) { Takes = _ => Duration.FromSeconds(4) };
        run.At(100, r => r.Schedule.Sharpen(Shop, r.Now));
        run.At(101, r => r.Schedule.Ask(Shop, null, r.Now, r.Now + Minute));
        run.At(102, r => r.Schedule.Settle(Shop, r.Now));
        run.RunTo(130);
        Assert.Single(run.Looks, look => look.Began == At(104) && look.Look.Reason == LookReason.Asked);
    }

    [Fact]
    public void A_provider_is_pressed_no_harder_than_its_limit_on_extra_looks()
    {
        var run = TwoProbes(new ScheduleOptions { ExtraPerSecond = 2 });
        run.At(100, r => r.Schedule.Ask(Shop, null, r.Now, r.Now + Minute));
        run.RunTo(110);
        var began = run.Looks.Where(look => look.Look.Reason == LookReason.Asked).Select(look => look.Began).ToList();
        Assert.Equal(6, began.Count);
        Assert.All(began, from => Assert.InRange(began.Count(at => at >= from && at < from + Duration.FromSeconds(1)), 1, 2));
    }

    [Fact]
    public void After_a_change_of_what_is_watched_plan_tripwire_and_asking_still_find_their_slots()
    {
        var (old, shop) = (Probe("old", "api", 2), Probe("shop", "api", 2, every: 60));
        var run = new ScheduleRun(Watching(2, Component("old", old), Component("shop", shop)));
        run.At(50, r => r.Schedule.Change(Watching(2, Component("shop", shop)), new HashSet<ProbeId> { shop.Id }, r.Now));
        PlannedLook? planned = null;
        run.At(100, r => planned = r.Schedule.NextLook(Shop, r.Now));
        run.At(100, r => r.Schedule.Tripped(r.Schedule.Slots[0].Index, new TripwireEvent(r.Now, Broke: true), r.Now));
        run.At(200, r => r.Schedule.Ask(Shop, "api", r.Now, r.Now + Minute));
        run.RunTo(300);
        Assert.Equal(shop.Id, planned!.Value.Probe);
        Assert.Equal(2, run.Looks.Count(look => look.Look.Reason == LookReason.Tripwire));
        Assert.Equal(2, run.Looks.Count(look => look.Look.Reason == LookReason.Asked));
    }

    [Fact]
    public void What_the_providers_limit_does_not_let_begin_in_time_is_given_up_and_what_is_suspected_is_looked_at_in_its_turn()
    {
        // All of one provider: a window with sixty components is about to begin, while another component is suspected.
        var many = Enumerable.Range(0, 60).Select(i => Component($"c{i:00}", Probe($"c{i:00}", "api", 1, 3600))).ToArray();
        var run = new ScheduleRun(Watching(1, [.. many, Component("shop", Probe("shop", "api", 1, 3600))]), new ScheduleOptions { ExtraPerSecond = 5 }, _ => "one provider");
        run.At(100, r =>
        {
            foreach (var component in many) r.Schedule.Ask(component.Id, null, r.Now, r.Now + Duration.FromSeconds(2));
        });
        run.At(105, r => r.Schedule.Sharpen(Shop, r.Now));
        run.RunTo(110.5);
        var asked = run.Looks.Where(look => look.Look.Reason == LookReason.Asked).ToList();
        Assert.InRange(asked.Count, 5, 15);
        Assert.All(asked, look => Assert.InRange(look.Began, At(100), At(102)));
        Assert.InRange(run.Looks.Count(look => look.Look.Reason == LookReason.Sharpened), 5, 7);
    }

    [Fact]
    public void A_suspected_component_whose_asked_look_is_given_up_is_looked_at_once_more_all_the_same()
    {
        var run = new ScheduleRun(Watching(1, Component("shop", Probe("shop", "api", 1, 3600)), Component("other", Probe("other", "api", 1, 3600))), new ScheduleOptions { ExtraPerSecond = 1 }, _ => "one provider");
        run.At(100, r => r.Schedule.Ask(new("other"), null, r.Now, r.Now + Minute));
        run.At(100.1, r =>
        {
            r.Schedule.Sharpen(Shop, r.Now);
            r.Schedule.Ask(Shop, null, r.Now, r.Now + Duration.FromMilliseconds(100));
        });
        run.RunTo(103);
        Assert.Equal([LookReason.Asked, LookReason.Sharpened], run.Looks.Where(look => look.Began >= At(100)).Take(2).Select(look => look.Look.Reason));
    }
}
