using NodaTime;

namespace Nines.Chains.Beacon;

/// <summary>What a refusal of a beacon node means.</summary>
public enum BeaconErrorKind
{
    /// <summary>404: not known, not there yet, or pruned. Also how a node says that it has no such method.</summary>
    NotFound,
    /// <summary>503: the node is catching up, and does not answer this until it has.</summary>
    Syncing,
    /// <summary>429.</summary>
    RateLimited,
    /// <summary>413 or 414: ask for fewer at once.</summary>
    TooMany,
    /// <summary>405, 415 or 501: the node, or something before it, does not offer this.</summary>
    Unsupported,
    /// <summary>400: the node does not take the question as it was put.</summary>
    BadRequest,
    /// <summary>401 or 403.</summary>
    Denied,
    /// <summary>Anything else.</summary>
    Failed,
}

/// <summary>
/// What a beacon node said to one question. That it said nothing (refused connection, broken transfer, time-out) is no answer: those
/// exceptions reach the caller, who knows the path and the limit.
/// </summary>
public abstract record BeaconAnswer<T>
{
    private BeaconAnswer()
    {
    }

    /// <summary>When the server says that it answered (the Date header, whole seconds); null when it does not say.</summary>
    public Instant? Date { get; init; }

    /// <summary>The data, well formed.</summary>
    public sealed record Answered(T Value) : BeaconAnswer<T>;

    /// <summary>The node, or something before it, answered that it will not or cannot.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Message">The first 1,000 characters of what the node says of it; empty when it says nothing readable.</param>
    /// <param name="RetryAfter">From the header of that name when it holds seconds; null otherwise.</param>
    public sealed record Refused(int Status, string Message, Duration? RetryAfter) : BeaconAnswer<T>
    {
        public BeaconErrorKind Kind => Status switch
        {
            404 or 410 => BeaconErrorKind.NotFound,
            503 => BeaconErrorKind.Syncing,
            429 => BeaconErrorKind.RateLimited,
            413 or 414 => BeaconErrorKind.TooMany,
            405 or 415 or 501 => BeaconErrorKind.Unsupported,
            400 => BeaconErrorKind.BadRequest,
            401 or 403 => BeaconErrorKind.Denied,
            _ => BeaconErrorKind.Failed,
        };
    }

    /// <summary>The answer is not what the specification says: not JSON, longer than the limit, or a value that is missing or out of range.</summary>
    /// <param name="Why">For a person.</param>
    public sealed record Malformed(string Why) : BeaconAnswer<T>;
}
