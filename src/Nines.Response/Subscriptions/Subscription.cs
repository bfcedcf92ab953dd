using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Response.Subscriptions;

public enum SubscriptionKind
{
    Email,
    Webhook,
}

/// <summary>Somebody who wants to be told what the status page says. Personal data: it is kept beside the journal, and forgotten when they leave.</summary>
public sealed record Subscription
{
    /// <summary>Random; 32 hex digits.</summary>
    public required string Id { get; init; }

    public required SubscriptionKind Kind { get; init; }

    /// <summary>A mailbox, or a URL.</summary>
    public required string Address { get; init; }

    /// <summary>Ids of public components; empty for all.</summary>
    public required ImmutableArray<string> Components { get; init; }

    public required Instant AskedAt { get; init; }

    /// <summary>Null while nobody has confirmed that the address wants it.</summary>
    public Instant? ConfirmedAt { get; init; }

    /// <summary>When the last word that asks for confirmation was taken by the address's server; null when none was.</summary>
    public Instant? InvitedAt { get; init; }

    /// <summary>How many such words were asked for.</summary>
    public int Invitations { get; init; } = 1;

    /// <summary>SHA-256 of the tokens that confirm it. The tokens themselves are only in the mails.</summary>
    public ImmutableArray<string> Confirmations { get; init; } = [];

    /// <summary>Events that were taken, by id, with when they were.</summary>
    public ImmutableSortedDictionary<string, Instant> Told { get; init; } = ImmutableSortedDictionary<string, Instant>.Empty;

    /// <summary>When of which topic was last told, see <see cref="Spacing"/>.</summary>
    public ImmutableSortedDictionary<string, TopicState> Topics { get; init; } = ImmutableSortedDictionary<string, TopicState>.Empty;

    /// <summary>Attempts in a row that failed.</summary>
    public int Failures { get; init; }

    /// <summary>When the first of them was.</summary>
    public Instant? FailingSince { get; init; }

    /// <summary>Not before then.</summary>
    public Instant NextAttempt { get; init; } = Instant.MinValue;

    /// <summary>How often in a row it was refused for good.</summary>
    public int Refusals { get; init; }

    public bool IsConfirmed => ConfirmedAt is not null;

    /// <summary>One and the same for what leads to one place.</summary>
    public string Key => KeyOf(Kind, Address);

    public static string KeyOf(SubscriptionKind kind, string address) => kind switch
    {
        SubscriptionKind.Email => $"mail:{address.ToLowerInvariant()}",
        SubscriptionKind.Webhook => $"hook:{address}",
    };

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, FactJson.Options);

    /// <exception cref="JsonException">It is none.</exception>
    internal static Subscription Read(byte[] bytes) => JsonSerializer.Deserialize<Subscription>(bytes, FactJson.Options) ?? throw new JsonException("It is null.");
}

/// <summary>How a topic was told last.</summary>
/// <param name="At">When.</param>
/// <param name="Level">How many in close succession; 1 or more.</param>
public sealed record TopicState(Instant At, int Level);
