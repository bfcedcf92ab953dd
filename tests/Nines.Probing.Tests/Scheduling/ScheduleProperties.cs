using FsCheck;
using FsCheck.Fluent;
using Nines.Probing.Scheduling;
using Nines.Testing;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

using Look = Nines.Probing.Scheduling.Look;   // the tests have a Look of their own, which makes probes

public sealed class ScheduleProperties
{
    [Fact]
    public void Whatever_the_topology_and_however_long_looks_take_slots_never_overlap_and_every_due_time_is_answered_for() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Live(seed, troubled: false)).Check(SameDraws.Config.WithMaxTest(300));

    [Fact]
    public void That_holds_with_suspensions_sharpening_and_tripwires_too() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Live(seed, troubled: true)).Check(SameDraws.Config.WithMaxTest(300));

    [Fact]
    public void The_same_seed_gives_the_same_looks_at_the_same_instants()
    {
        for (var seed = 0; seed < 20; seed++) Assert.Equal(Live(seed, troubled: true), Live(seed, troubled: true));
    }

    private static List<(Look, Instant)> Live(int seed, bool troubled)
    {
        var random = new Random(seed);
        var points = random.Next(1, 6);
        var components = Enumerable.Range(0, random.Next(1, 6)).Select(i => Component($"c{i}", [.. Enumerable.Range(0, random.Next(1, 4)).Select(j =>
        {
            var every = random.Next(1000, 20_000) / 1000.0;
            return Probe($"c{i}", $"p{j}", random.Next(1, points + 1), every, every * random.Next(10, 101) / 100);
        })])).ToArray();
        var run = new ScheduleRun(Watching(points, components), new ScheduleOptions { MaxConcurrent = random.Next(1, 20) }, probe => random.Next(2) == 0 ? "x" : probe.Id.Component.Value)
        {
            Takes = look => random.Next(20) == 0 ? null : Duration.FromMilliseconds(random.Next(1, random.Next(1, 7000))),
        };
        for (var i = 0; troubled && i < 40; i++)
        {
            var component = components[random.Next(components.Length)].Id;
            var slot = random.Next(run.Schedule.Slots.Length);
            var (at, what, broke) = (random.Next(200_000) / 1000.0, random.Next(4), random.Next(2) == 0);
            run.At(at, what switch
            {
                0 => r => r.Schedule.Sharpen(component, r.Now),
                1 => r => r.Schedule.Settle(component, r.Now),
                2 => r => r.Schedule.Tripped(slot, new TripwireEvent(r.Now, broke), r.Now),
                _ => r => r.SleepThrough((r.Now - Start).TotalSeconds + random.Next(30)),
            });
        }
        run.RunTo(300);
        ScheduleTests.AssertEveryDueTimeIsAnsweredFor(run);
        AssertNoOverlap(run);
        AssertPhasesAreEven(run);
        AssertTripwiresAreOwnLooks(run);
        return run.Looks;
    }

    private static void AssertNoOverlap(ScheduleRun run)
    {
        var ended = run.Ends.ToLookup(end => end.Look.Slot);
        foreach (var slot in run.Looks.GroupBy(look => look.Look.Slot))
        {
            var done = ended[slot.Key].Select(end => end.Ended).ToArray();
            var began = slot.Select(look => look.Began).ToArray();
            Assert.InRange(began.Length - done.Length, 0, 1);
            for (var i = 1; i < began.Length; i++) Assert.True(done[i - 1] <= began[i]);
        }
    }

    private static void AssertPhasesAreEven(ScheduleRun run)
    {
        foreach (var probe in run.Schedule.Slots.GroupBy(slot => slot.Probe.Id))
        {
            var every = probe.First().Probe.Every.BclCompatibleTicks;
            var phases = probe.Select(slot => slot.Phase.BclCompatibleTicks).Order().ToArray();
            for (var k = 0; k < phases.Length; k++)
            {
                Assert.InRange(phases[k], 0, every - 1);
                var gap = k + 1 < phases.Length ? phases[k + 1] - phases[k] : phases[0] + every - phases[k];
                Assert.InRange(gap - every / phases.Length, -2, 2);
            }
        }
    }

    private static void AssertTripwiresAreOwnLooks(ScheduleRun run)
    {
        foreach (var (look, began) in run.Looks.Where(look => look.Look.Tripwire is not null))
        {
            Assert.Equal(LookReason.Tripwire, look.Reason);
            Assert.True(look.Tripwire <= began);
        }
    }
}
