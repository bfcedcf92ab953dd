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
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(NoteOutage), "note")]
[JsonDerivedType(typeof(PostIncident), "post_incident")]
[JsonDerivedType(typeof(CorrectCause), "correct")]
[JsonDerivedType(typeof(CorrectOutage), "correct_outage")]
[JsonDerivedType(typeof(ImportHistory), "import_history")]
[JsonDerivedType(typeof(RecordAccess), "record_access")]
public abstract record ControlCommand
{
    private ControlCommand() { }

    /// <summary>Load the config again, and watch what it says from then on.</summary>
    public sealed record Reload : ControlCommand;

    /// <param name="For">How long; null when <paramref name="Until"/> says when it ends.</param>
    /// <param name="From">When it is to begin; null, or what is over, for now: a window excludes nothing before it is declared (TRUTH 12).</param>
    public sealed record StartMaintenance(ImmutableArray<ComponentId> Components, Duration? For, Instant? Until, string? Reason, Instant? From = null) : ControlCommand
    {
        /// <summary>What the public status page says of it; null for a sentence of its own.</summary>
        public string? PublicText { get; init; }
    }

    /// <param name="Window">Null for the one that was declared by hand and is under way.</param>
    public sealed record EndMaintenance(string? Window) : ControlCommand;

    /// <param name="For">Null until somebody resumes.</param>
    public sealed record PauseProbing(ImmutableArray<ComponentId> Components, Duration? For, string? Reason) : ControlCommand;

    public sealed record ResumeProbing(ImmutableArray<ComponentId> Components) : ControlCommand;

    /// <summary>Look at a component once, now, beside the regular schedule.</summary>
    /// <param name="Probe">Only by this probe of it; null for all.</param>
    public sealed record Look(ComponentId Component, string? Probe) : ControlCommand
    {
        /// <summary>Between two of them at one component at least.</summary>
        public static readonly Duration Spacing = Duration.FromSeconds(10);
    }

    public sealed record Acknowledge(string Outage, string? Note) : ControlCommand;

    /// <param name="Outage">Open or over.</param>
    /// <param name="Note">1 to <see cref="OutageNoted.MostCharacters"/> characters.</param>
    public sealed record NoteOutage(string Outage, string Note) : ControlCommand;

    /// <param name="Outage">Open or over.</param>
    /// <param name="Because">1 to <see cref="CauseCorrected.MostCharacters"/> characters.</param>
    /// <param name="Roots">For upstream: what it came from; null or empty where nobody says.</param>
    public sealed record CorrectCause(string Outage, CauseKind Cause, string Because, ImmutableArray<ComponentId>? Roots = null) : ControlCommand;

    /// <param name="Outage">Open or over.</param>
    /// <param name="Because">1 to <see cref="CauseCorrected.MostCharacters"/> characters.</param>
    public sealed record CorrectOutage(string Outage, CorrectionClaim Claim, string Because) : ControlCommand
    {
        /// <inheritdoc cref="OutageCorrected.Began"/>
        public Bounds? Began { get; init; }

        /// <inheritdoc cref="OutageCorrected.Ended"/>
        public Bounds? Ended { get; init; }

        /// <inheritdoc cref="OutageCorrected.Withdraws"/>
        public long? Withdraws { get; init; }
    }

    /// <summary>Put on record what another tool had of a component.</summary>
    public sealed record ImportHistory(HistoryImported Fact) : ControlCommand;

    /// <summary>Put on record that who may do what has changed.</summary>
    public sealed record RecordAccess(AccessChanged Fact) : ControlCommand;

    /// <summary>Tell the public of an incident, or how it goes on.</summary>
    /// <param name="Incident">The one that it goes on with; null for a new one.</param>
    /// <param name="Name">Its headline; null for the one that it has.</param>
    /// <param name="Impact">Null for the one that it has; minor for a new one.</param>
    /// <param name="Body">What is said, in the status page's subset of Markdown.</param>
    /// <param name="Components">Ids of the status page; null for those that it has.</param>
    /// <param name="Outage">The outage that it is about; null for the one that it has, or none.</param>
    public sealed record PostIncident(string? Incident, IncidentPhase Phase, string? Name, IncidentImpact? Impact, string Body, ImmutableArray<string>? Components, string? Outage) : ControlCommand;
}
