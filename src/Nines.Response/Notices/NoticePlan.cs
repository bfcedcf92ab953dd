using System.Collections.Immutable;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.Notices;

/// <summary>Who is told of outages, and what of it is under way, as the sender has it.</summary>
/// <param name="Channels">Their names, in the order of the config.</param>
/// <param name="Waiting">Of each channel at most one: what it is being told, or is told next.</param>
public sealed record NoticePlan(ImmutableArray<string> Channels, ImmutableArray<NoticeWaiting> Waiting)
{
    /// <summary>Under which the ledger has what became of the notice that an outage has begun.</summary>
    public static NoticeKey OpeningOf(string outage, string channel) => new(outage, NoticeBody.Word(NoticePhase.Opened), channel);
}

/// <summary>A notice that is not delivered yet.</summary>
/// <param name="NextAttempt">When it is tried again; null while it is being tried.</param>
/// <param name="Attempts">So many have failed.</param>
public sealed record NoticeWaiting(string Channel, string Outage, NoticePhase Phase, Instant? NextAttempt, int Attempts);
