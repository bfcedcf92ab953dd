using Nines.Core.Network;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>How subscriptions are kept and told, and what they may cost.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>Which addresses webhooks may be at.</summary>
    public AddressRule Webhooks { get; init; } = AddressRule.PublicOnly;

    /// <summary>All together, confirmed or not.</summary>
    public int Most { get; init; } = 10_000;

    /// <summary>Of those that nobody has confirmed.</summary>
    public int MostPending { get; init; } = 1_000;

    /// <summary>Webhooks at one host, so that nobody is flooded in our name.</summary>
    public int MostPerHost { get; init; } = 10;

    /// <summary>From one caller's address (one /64 of IPv6) within an hour.</summary>
    public int MostPerCaller { get; init; } = 10;

    /// <summary>Words to one address that ask for confirmation, while it is pending.</summary>
    public int MostInvitations { get; init; } = 3;

    /// <summary>No further such word before this has passed.</summary>
    public Duration InviteAgainAfter { get; init; } = Duration.FromMinutes(10);

    /// <summary>After this what was not confirmed is forgotten.</summary>
    public Duration PendingFor { get; init; } = Duration.FromHours(24);

    /// <summary>Older events are history, not news.</summary>
    public Duration NewsFor { get; init; } = Duration.FromHours(24);

    /// <summary>How long an event waits for others: what opens and closes within is one message.</summary>
    public Duration Grace { get; init; } = Duration.FromSeconds(60);

    /// <summary>Shortest time between two messages on one topic; it doubles while they keep coming.</summary>
    public Duration FirstGap { get; init; } = Duration.FromMinutes(2);

    /// <summary>Longest time between them.</summary>
    public Duration LongestGap { get; init; } = Duration.FromHours(1);

    /// <summary>A topic that nothing was told of for so long begins anew.</summary>
    public Duration QuietAfter { get; init; } = Duration.FromHours(2);

    /// <summary>Events in one message; the others are in the next.</summary>
    public int MostEvents { get; init; } = 50;

    /// <summary>How often it is looked for something to tell.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>An address that cannot be reached for so long is forgotten.</summary>
    public Duration GiveUpAfter { get; init; } = Duration.FromDays(3);

    /// <summary>And so many attempts in a row must have failed: news are seldom, and one bad night is not three days.</summary>
    public int LeastFailures { get; init; } = 40;

    /// <summary>A mailbox of which so many mails in a row were refused for good is forgotten, if others took theirs meanwhile.</summary>
    public int MostRefusals { get; init; } = 3;

    /// <summary>Wait after the first failed attempt; it doubles up to an hour.</summary>
    public Duration FirstWait { get; init; } = Duration.FromSeconds(30);

    internal Duration WaitAfter(int failures) => Duration.Min(FirstWait * Math.Pow(2, Math.Min(failures - 1, 20)), Duration.FromHours(1));
}
