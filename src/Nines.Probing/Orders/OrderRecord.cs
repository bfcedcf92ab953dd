using System.Collections.Immutable;
using NodaTime;

namespace Nines.Probing.Orders;

/// <summary>An order of ours that may stand in the book: it is to be taken back, whatever happened meanwhile.</summary>
/// <param name="Id">Ours (ClOrdID).</param>
/// <param name="VenueId">The venue's own; null until it said it.</param>
internal sealed record OpenOrder(string Id, string? VenueId = null);

/// <summary>What was sent, over restarts.</summary>
internal sealed record OrderRecord
{
    /// <summary>The day (UTC) that <see cref="Sent"/> is of, as 2026-01-31.</summary>
    public string Day { get; init; } = "";
    public int Sent { get; init; }

    /// <summary>What was matched of an order of ours on <see cref="Day"/>: no more are sent then; null when nothing was.</summary>
    public string? Filled { get; init; }

    public ImmutableArray<OpenOrder> Open { get; init; } = [];

    /// <summary>As of now: yesterday's count is over, open orders are not.</summary>
    public OrderRecord On(Instant now)
    {
        var today = now.InUtc().Date.ToString("uuuu-MM-dd", null);
        return Day == today ? this : this with { Day = today, Sent = 0, Filled = null };
    }

    /// <returns>Why no further order may be sent; null when one may.</returns>
    public string? Forbids(OrderTerms terms) =>
        Filled is { } filled ? $"no more orders today, for one was matched: {filled}"
        : Sent >= terms.DailyCap ? $"the daily cap of {terms.DailyCap} orders is reached"
        : Open.Length > 0 ? $"the order {Open[0].Id} is not yet taken back"
        : null;

    public OrderRecord Placing(string id) => this with { Sent = Sent + 1, Open = Open.Add(new OpenOrder(id)) };

    public OrderRecord Gone(string id) => this with { Open = [.. Open.Where(order => order.Id != id)] };

    public OrderRecord Known(string id, string venueId) => this with { Open = [.. Open.Select(order => order.Id == id ? order with { VenueId = venueId } : order)] };
}

/// <summary>How one order fared.</summary>
internal abstract record TripResult
{
    private TripResult() { }

    /// <summary>Taken, and taken back.</summary>
    public sealed record Whole(Duration Took) : TripResult;

    /// <summary>The venue did not do its part.</summary>
    public sealed record Failed(string Why) : TripResult;

    /// <summary>None was sent, or it was refused for what we asked for: says nothing of the venue.</summary>
    public sealed record Ours(string Why) : TripResult;
}

/// <summary>When the next order is due, and what the last ones say. Not safe from several threads.</summary>
internal sealed class OrderPace(OrderTerms terms)
{
    /// <summary>After a second failure in a row, while the component is looked at every second: so often is an order worth it.</summary>
    private static readonly Duration WhileFailing = Duration.FromSeconds(10);

    private Instant? last;

    /// <summary>When an order last told something of the venue; null before.</summary>
    public Instant? Known { get; private set; }

    public int Failures { get; private set; }
    public Duration? Took { get; private set; }
    public string? Refusal { get; private set; }
    public string? Note { get; private set; }

    /// <summary>True when an order is to be sent: by the interval; at once after a first failure, so that a second one agrees or not.</summary>
    public bool IsDue(Instant now) => last is not { } sent || now >= sent + (Failures switch { 0 => terms.Every, 1 => Duration.Zero, _ => Duration.Min(WhileFailing, terms.Every) });

    public void Tell(TripResult result, Instant now)
    {
        last = now;
        if (result is not TripResult.Ours) Known = now;
        switch (result)
        {
            case TripResult.Whole whole:
                (Failures, Took, Refusal, Note) = (0, whole.Took, null, null);
                break;
            case TripResult.Failed failed:
                (Failures, Took, Refusal, Note) = (Failures + 1, null, failed.Why, null);
                break;
            case TripResult.Ours ours:
                Note = ours.Why;
                break;
        }
    }
}
