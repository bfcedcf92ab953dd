using System.Collections.Immutable;
using Nines.Cli.Demo.Script;
using NodaTime;

namespace Nines.Cli.Demo.View;

internal enum FaultPhase
{
    Waiting,
    On,
    Done,
}

/// <summary>Where the script is, for whoever shows it. Safe for concurrent use.</summary>
internal sealed class DemoBoard
{
    private readonly Lock gate = new();
    private readonly Dictionary<StagedFault, (FaultPhase Phase, Instant Since)> phases = [];
    private readonly ImmutableArray<StagedFault> faults;

    public DemoBoard(FaultScript script, Instant now)
    {
        (faults, Length) = (script.Faults, script.Length);
        foreach (var fault in faults) phases[fault] = (FaultPhase.Waiting, now);
        Began = now;
    }

    public Instant Began { get; }

    /// <summary>About how long the whole script takes.</summary>
    public Duration Length { get; }

    public void Set(StagedFault fault, FaultPhase phase, Instant now)
    {
        lock (gate) phases[fault] = (phase, now);
    }

    public IReadOnlyList<(StagedFault Fault, FaultPhase Phase, Instant Since)> Snapshot()
    {
        lock (gate) return [.. faults.Select(fault => (fault, phases[fault].Phase, phases[fault].Since))];
    }
}
