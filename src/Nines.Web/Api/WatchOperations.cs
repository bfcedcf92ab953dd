using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Time;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Api;

/// <summary>What is asked about the watch itself, and what it is told about its work.</summary>
public sealed class WatchOperations(Func<WatchStatus?> status, IJournal journal, Commands commands)
{
    /// <summary>Null while it starts or stops.</summary>
    public WatchStatus? Status => status();

    public async Task<WatchDocument> GetAsync(CancellationToken cancellation) => WatchDocument.Of(Status, await journal.HeadAsync(cancellation));

    /// <summary>Loads the config again and watches what it says from then on. A config with mistakes changes nothing, and all of them are told.</summary>
    public Task<ToldDocument> ReloadAsync(Caller caller, CancellationToken cancellation) => commands.TellAsync(new ControlCommand.Reload(), caller, cancellation);

    /// <param name="length">How long; null until somebody resumes.</param>
    public Task<ToldDocument> PauseAsync(ImmutableArray<ComponentId> components, Duration? length, string? reason, Caller caller, CancellationToken cancellation) =>
        commands.TellAsync(new ControlCommand.PauseProbing(components, length, string.IsNullOrWhiteSpace(reason) ? null : Text.Of("reason", reason, Maintenance.MaintenanceOperations.MostCharacters)), caller, cancellation);

    public Task<ToldDocument> ResumeAsync(ImmutableArray<ComponentId> components, Caller caller, CancellationToken cancellation) =>
        commands.TellAsync(new ControlCommand.ResumeProbing(components), caller, cancellation);
}

/// <param name="For">As configs write it: 30m, 2h. Null until somebody resumes.</param>
public sealed record PauseBody(ImmutableArray<ComponentId> Components, string? For = null, string? Reason = null)
{
    /// <exception cref="ApiProblem">It is no duration.</exception>
    public Duration? Length => For is null ? null : DurationText.TryParse(For, out var length, out var wrong) ? length : throw ApiProblem.Member("$.for", wrong);
}

public sealed record ResumeBody(ImmutableArray<ComponentId> Components);
