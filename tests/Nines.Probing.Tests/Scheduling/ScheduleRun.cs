using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Probing.Tests.Scheduling;

using Look = Nines.Probing.Scheduling.Look;   // the tests have a Look of their own, which makes probes

/// <summary>Drives the pure schedule as a simulation does: no threads, no timers, each look as long as it is told to be.</summary>
internal sealed class ScheduleRun
{
    public static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly PriorityQueue<Look, (Instant At, long Order)> ends = new();
    private readonly List<(Instant At, Action<ScheduleRun> Act)> later = [];
    private readonly List<Step> steps = [];
    private long order;

    public ScheduleRun(Topology topology, ScheduleOptions? options = null, Func<ProbeDefinition, string?>? providerOf = null) =>
        Schedule = new Schedule(topology, Start, options ?? new ScheduleOptions(), providerOf ?? (_ => null));

    public Schedule Schedule { get; }
    public Instant Now { get; private set; } = Start;

    /// <summary>How long a look takes; null for one that ignores its limit.</summary>
    public Func<Look, Duration?> Takes { get; set; } = _ => Duration.FromMilliseconds(100);

    public List<(Look Look, Instant Began)> Looks { get; } = [];
    public List<(Look Look, Instant Ended)> Ends { get; } = [];
    public List<Miss> Misses { get; } = [];
    public List<(Step Step, Instant At)> Others { get; } = [];

    public void At(double seconds, Action<ScheduleRun> act)
    {
        later.Add((Start + Duration.FromSeconds(seconds), act));
        later.Sort((a, b) => a.At.CompareTo(b.At));
    }

    /// <summary>Lets nothing happen until then, as a suspended process does.</summary>
    public void SleepThrough(double seconds) => Now = Start + Duration.FromSeconds(seconds);

    public void RunTo(double seconds)
    {
        var until = Start + Duration.FromSeconds(seconds);
        while (true)
        {
            var next = until;
            if (Schedule.NextAt is { } due && due < next) next = due;
            if (ends.TryPeek(out _, out var end) && end.At < next) next = end.At;
            if (later.Count > 0 && later[0].At < next) next = later[0].At;
            if (next >= until && Now >= until) return;
            Now = Instant.Max(Now, next);
            while (ends.TryPeek(out var ended, out end) && end.At <= Now)
            {
                ends.Dequeue();
                if (Schedule.Ended(ended)) Ends.Add((ended, Now));
            }
            while (later.Count > 0 && later[0].At <= Now)
            {
                var act = later[0].Act;
                later.RemoveAt(0);
                act(this);
            }
            Step();
            if (Now >= until) return;
        }
    }

    private void Step()
    {
        steps.Clear();
        Schedule.Advance(Now, steps);
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Miss:
                    Misses.Add(step.Miss);
                    break;
                case StepKind.Look:
                    Assert.True(Schedule.Began(step.Look, Now));
                    Looks.Add((step.Look, Now));
                    if (Takes(step.Look) is { } takes) ends.Enqueue(step.Look, (Now + takes, order++));
                    break;
                case StepKind.Abandon:
                    Others.Add((step, Now));
                    ends.Enqueue(step.Look, (Now, order++));
                    break;
                case StepKind.Cancel or StepKind.AbandonCheck:
                    Others.Add((step, Now));
                    break;
            }
        }
    }

    public static Topology Watching(int vantagePoints, params Component[] components) => new()
    {
        Components = [.. components],
        VantagePoints = [.. Enumerable.Range(0, vantagePoints).Select(k => new VantagePoint { Id = new($"v{k}"), Region = $"r{k}" })],
    };

    public static Component Component(string name, params ProbeDefinition[] probes) =>
        new() { Id = new(name), Kind = ComponentKind.Node, Probes = [.. probes] };

    public static ProbeDefinition Probe(string component, string name, int vantagePoints, double every = 10, double timeout = 5) => new()
    {
        Id = new ProbeId(new(component), name),
        Type = "fake",
        Every = Duration.FromSeconds(every),
        Timeout = Duration.FromSeconds(timeout),
        Signals = new SignalSchema([]),
        From = [.. Enumerable.Range(0, vantagePoints).Select(k => new VantagePointId($"v{k}"))],
        Options = new object(),
    };

    public static Topology One(int vantagePoints, double every = 10, double timeout = 5) =>
        Watching(vantagePoints, Component("shop", Probe("shop", "api", vantagePoints, every, timeout)));
}
