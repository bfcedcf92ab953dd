using Nines.Core.Facts;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>Tells all that happened in one world, for whoever looks into a failure.</summary>
internal static class Account
{
    public static void Write(History history, IReadOnlyList<Violation> violations, ITestOutputHelper to)
    {
        var world = history.World;
        to.WriteLine($"world {world.Seed}: {world.Length / (double)World.Second:0.0} s, {history.Events} events, {history.Samples.Count} samples, {history.Entries.Count} facts, {history.Commits.Count} commits");
        foreach (var component in world.Topology.Components)
        {
            to.WriteLine($"{component.Id} needs {Print(component.Needs)}");
            foreach (var probe in component.Probes)
                to.WriteLine($"  {probe.Id} every {probe.Every.TotalSeconds} s, timeout {probe.Timeout.TotalSeconds} s, from {string.Join(" ", probe.From)}, {string.Join("; ", probe.Conditions)}");
        }
        foreach (var point in world.Points) to.WriteLine($"{point.Id} in {point.Region}");
        foreach (var plight in world.Plights.OrderBy(plight => plight.From))
            to.WriteLine($"c{plight.Component} probe {plight.Probe} {plight.Trouble} {Tick(plight.From)} to {Tick(plight.To)} at {string.Join(" ", plight.Points.Select((seen, i) => seen ? $"p{i}" : "-"))}");
        foreach (var run in history.Runs) to.WriteLine($"run {run.Index}: from {Tick(run.StartTick)} ({Instant.FromUnixTimeTicks(run.Start)}) to {Tick(run.EndTick)} {(run.Killed ? "killed" : "stopped")}");
        foreach (var window in history.Windows) to.WriteLine($"window {window.Id} {string.Join(" ", window.Components)} {Instant.FromUnixTimeTicks(window.From)} to {Instant.FromUnixTimeTicks(window.To)}");
        foreach (var sample in history.Samples)
            to.WriteLine($"sample {world.Slots[sample.Slot].Definition.Id} {world.Points[world.Slots[sample.Slot].Point].Id} {Instant.FromUnixTimeTicks(sample.Started)} met {Instant.FromUnixTimeTicks(sample.Met):mm:ss.fffffff} ended {Instant.FromUnixTimeTicks(sample.Ended):mm:ss.fffffff} {sample.State} {sample.AtOnce}");
        foreach (var entry in history.Entries)
            to.WriteLine(entry.Fact is TimelineRevised revised
                ? $"{entry.Position} {revised.At} {revised.Component} {revised.Region} from {revised.From}: {string.Join(" | ", revised.Segments.Select(one => $"{one.From:mm:ss.fffffff} {one.Best}/{one.Likely}/{one.Worst} {one.Outage} {one.Window} {one.Cause?.Kind}"))}"
                : $"{entry.Position} {entry.Fact}");
        foreach (var violation in violations.Take(20)) to.WriteLine($"{violation}");
    }

    private static string Tick(long tick) => tick == long.MaxValue ? "the end" : $"{tick / (double)World.Second:0.000}";

    private static string Print(Core.Components.Need? need) => need switch
    {
        Core.Components.Need.On on => on.Component.Value,
        Core.Components.Need.AtLeast gate => $"{gate.Count} of ({string.Join(", ", gate.Members.Select(Print))})",
        _ => "nothing",
    };
}
