using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>Facts, the newest first (nines.journal/1).</summary>
public sealed record JournalDocument : IPaged
{
    public string Schema => "nines.journal/1";

    /// <summary>The journal's last entry.</summary>
    public required long AsOfPosition { get; init; }

    public required ImmutableArray<JournalRow> Entries { get; init; }

    /// <summary>Everything from here to <see cref="SearchedTo"/> was looked at; a long search is cut, and goes on with 'next'.</summary>
    public required long SearchedFrom { get; init; }

    public required long SearchedTo { get; init; }

    /// <summary>Null when all that was asked for was looked at.</summary>
    public required string? Next { get; init; }
}

/// <param name="At">When it was put on record; null where it says none.</param>
/// <param name="Says">The fact in a line.</param>
/// <param name="Components">That it names, by themselves or by an outage of theirs.</param>
public sealed record JournalRow(long Position, Instant? At, string Kind, string Says, ImmutableArray<ComponentId> Components, ImmutableArray<string> Outages);

/// <summary>One fact whole (nines.journal_entry/1).</summary>
public sealed record JournalEntryDocument
{
    public string Schema => "nines.journal_entry/1";

    /// <summary>The journal's last entry.</summary>
    public required long AsOfPosition { get; init; }

    public required long Position { get; init; }
    public required string Stream { get; init; }

    /// <summary>Its number in its stream.</summary>
    public required long Version { get; init; }

    /// <summary>SHA-256 over its version and bytes as they are kept, as lower-case hex.</summary>
    public required string Digest { get; init; }

    public required Instant? At { get; init; }
    public required string Kind { get; init; }
    public required string Says { get; init; }
    public required ImmutableArray<ComponentId> Components { get; init; }
    public required ImmutableArray<string> Outages { get; init; }

    /// <summary>Null for the first.</summary>
    public required long? Before { get; init; }

    /// <summary>Null for the last.</summary>
    public required long? After { get; init; }

    public required JsonElement Fact { get; init; }
}
