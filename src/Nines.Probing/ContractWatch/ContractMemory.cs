using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Facts;

namespace Nines.Probing.ContractWatch;

/// <summary>What a contract's watch must not forget over a restart.</summary>
/// <param name="Address">The contract that it is about: another one begins anew.</param>
/// <param name="ChainId">The chain that the node said it is on; the same.</param>
internal sealed record ContractMemory(string Address, string ChainId)
{
    /// <summary>Blocks whose events have been told, oldest first; the last is how far. Their hashes prove that they are still there.</summary>
    public ImmutableArray<Checkpoint> Told { get; init; } = [];

    /// <summary>What was told, oldest first: what is open, and what is closed but could be re-organised away and come again.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>What was told and then re-organised away.</summary>
    public ImmutableArray<Finding> Withdrawn { get; init; } = [];

    /// <summary>What each part was when it was last looked at.</summary>
    public ImmutableSortedDictionary<ContractPart, string> Seen { get; init; } = ImmutableSortedDictionary<ContractPart, string>.Empty;

    /// <summary>The block at which that was; null before the first time.</summary>
    public ulong? SeenAt { get; init; }

    /// <summary>By the last event that said so; null where none did.</summary>
    public bool? PausedByEvent { get; init; }

    /// <summary>The last event, as it was told.</summary>
    public string? LastEvent { get; init; }

    /// <summary>Blocks that were never looked at, and when that was said, in milliseconds since 1970.</summary>
    public ulong Gap { get; init; }

    /// <inheritdoc cref="Gap"/>
    public long GapSaid { get; init; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, FactJson.Options);

    /// <returns>Null for what is none, or of a form that this version does not know: then a watch begins anew.</returns>
    public static ContractMemory? Read(byte[]? piece)
    {
        if (piece is null) return null;
        try
        {
            var memory = JsonSerializer.Deserialize<ContractMemory>(piece, FactJson.Options);
            return memory is null || memory.Told.IsDefault || memory.Findings.IsDefault || memory.Withdrawn.IsDefault || memory.Seen is null ? null : memory;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A block whose events have been told.</summary>
/// <param name="Time">Its timestamp, in seconds since 1970.</param>
internal sealed record Checkpoint(ulong Number, string Hash, long Time);

/// <summary>What of a contract may change without an event that says so.</summary>
internal enum ContractPart
{
    Implementation,
    Admin,
    Beacon,
    Code,
    ImplementationCode,
}

/// <summary>Something that happened at a contract and was told.</summary>
/// <param name="Id">The same when it comes again in another block: of an event, the hash of its transaction and what it says.</param>
/// <param name="Name">The event's name; null for a changed part.</param>
/// <param name="Part">What changed; null for an event.</param>
/// <param name="Text">One sentence, with its block.</param>
/// <param name="IsSecurity">It is unexpected while it is open.</param>
/// <param name="Block">The block in which it happened.</param>
/// <param name="At">When, in seconds since 1970: the block's timestamp.</param>
/// <param name="Told">When it was told first, in milliseconds since 1970.</param>
internal sealed record Finding(string Id, string? Name, ContractPart? Part, string Text, bool IsSecurity, ulong Block, long At, long Told)
{
    /// <summary>For a changed part, what it was.</summary>
    public string? Was { get; init; }

    /// <summary>It is not what the config says: open until it is, however long that takes.</summary>
    public bool IsPinned { get; init; }

    /// <summary>End of the maintenance window in which it happened, in milliseconds since 1970.</summary>
    public long? PlannedUntil { get; init; }

    /// <summary>It has been unexpected for long enough, or its window is over.</summary>
    public bool IsClosed { get; init; }

    /// <summary>For what was re-organised away, when that was told, in milliseconds since 1970.</summary>
    public long GoneAt { get; init; }
}
