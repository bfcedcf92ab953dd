using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;

namespace Nines.Simulation.Tests;

/// <summary>One run of the watching process, on the clock that its observations are labelled with.</summary>
/// <param name="StartTick">True time at which it began.</param>
/// <param name="Start">The same instant as its clock labels it; Unix ticks.</param>
internal sealed record Run(int Index, long StartTick, long Start)
{
    /// <summary>True time at which it ended.</summary>
    public long EndTick { get; set; } = long.MaxValue;
    public bool Killed { get; set; }

    /// <summary>What was told to be judged up to here, Unix ticks; the start while nothing was.</summary>
    public long Until { get; set; } = Start;

    public long End => EndTick == long.MaxValue ? long.MaxValue : Start + (EndTick - StartTick);
    public long ToTick(long label) => StartTick + (label - Start);
    public long ToLabel(long tick) => Start + (tick - StartTick);
}

/// <summary>An observation that reached the judge and whose effect is durable. All times are labels, in Unix ticks.</summary>
/// <param name="Met">The instant at which the look really met the target.</param>
/// <param name="State">What was true of it then.</param>
/// <param name="AtOnce">The same without the condition that only counts after several in a row.</param>
/// <param name="Alone">True when it saw a security signal, which waits for no second look.</param>
internal readonly record struct Sample(int Slot, int Run, long Started, long Ended, long Met, State State, State AtOnce, bool Alone);

/// <summary>What became durable together: everything up to a position rests on the first so many samples.</summary>
internal readonly record struct Commit(JournalPosition Position, int Samples, int Run);

/// <param name="From">Label of the first instant inside, not before it was declared.</param>
internal sealed record EnteredWindow(string Id, ImmutableArray<ComponentId> Components, long From, long To);

/// <summary>Everything that happened, as the checks read it.</summary>
internal sealed class History(World world, Truth truth)
{
    public World World { get; } = world;
    public Truth Truth { get; } = truth;
    public List<Run> Runs { get; } = [];

    /// <summary>In the order in which the judge took them.</summary>
    public List<Sample> Samples { get; } = [];
    public List<Commit> Commits { get; } = [];
    public List<EnteredWindow> Windows { get; } = [];
    public IReadOnlyList<JournalEntry> Entries { get; set; } = [];
    public JournalPosition Acknowledged { get; set; }

    /// <summary>Broken promises that only the driver can see.</summary>
    public List<string> Broken { get; } = [];
    public long Events { get; set; }
}
