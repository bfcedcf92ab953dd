using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Core.Control;

/// <summary>What a person can tell a running watcher to do.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Reload), "reload")]
[JsonDerivedType(typeof(StartMaintenance), "start_maintenance")]
[JsonDerivedType(typeof(EndMaintenance), "end_maintenance")]
[JsonDerivedType(typeof(PauseProbing), "pause")]
[JsonDerivedType(typeof(ResumeProbing), "resume")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(NoteOutage), "note")]
[JsonDerivedType(typeof(CorrectCause), "correct")]
[JsonDerivedType(typeof(ImportHistory), "import_history")]
public abstract record ControlCommand
{
    private ControlCommand() { }

    /// <summary>Load the config again, and watch what it says from then on.</summary>
    public sealed record Reload : ControlCommand;

    /// <param name="For">How long; null when <paramref name="Until"/> says when it ends.</param>
    public sealed record StartMaintenance(ImmutableArray<ComponentId> Components, Duration? For, Instant? Until, string? Reason) : ControlCommand;

    /// <param name="Window">Null for the one that was declared by hand and is under way.</param>
    public sealed record EndMaintenance(string? Window) : ControlCommand;

    /// <param name="For">Null until somebody resumes.</param>
    public sealed record PauseProbing(ImmutableArray<ComponentId> Components, Duration? For, string? Reason) : ControlCommand;

    public sealed record ResumeProbing(ImmutableArray<ComponentId> Components) : ControlCommand;

    public sealed record Acknowledge(string Outage, string? Note) : ControlCommand;

    /// <param name="Outage">Open or over.</param>
    /// <param name="Note">1 to <see cref="OutageNoted.MostCharacters"/> characters.</param>
    public sealed record NoteOutage(string Outage, string Note) : ControlCommand;

    /// <param name="Outage">Open or over.</param>
    /// <param name="Because">1 to <see cref="CauseCorrected.MostCharacters"/> characters.</param>
    public sealed record CorrectCause(string Outage, CauseKind Cause, string Because) : ControlCommand;

    /// <summary>Put on record what another tool had of a component.</summary>
    public sealed record ImportHistory(HistoryImported Fact) : ControlCommand;
}
