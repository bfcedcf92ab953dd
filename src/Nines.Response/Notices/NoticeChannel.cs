using Nines.Core.Components;

namespace Nines.Response.Notices;

/// <summary>Somebody to tell of outages. Only its name is ever shown or recorded: addresses and secrets are credentials.</summary>
public abstract record NoticeChannel
{
    private NoticeChannel(string name, Uri address)
    {
        Name = Core.Components.Name.Require(name, "channel");
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw new FormatException($"The address of channel '{name}' is not an absolute http:// or https:// URL.");
        Address = address;
    }

    /// <summary>Unique in a config; the same alphabet as component names.</summary>
    public string Name { get; }

    internal Uri Address { get; }

    public sealed override string ToString() => Name;

    /// <summary>A CloudEvents 1.0 event in JSON, signed when there is a secret.</summary>
    /// <exception cref="FormatException">The name or the address is not one.</exception>
    public sealed record Webhook(string ChannelName, Uri Url, string? Secret = null) : NoticeChannel(ChannelName, Url);

    /// <summary>A Slack incoming webhook: text and blocks.</summary>
    /// <exception cref="FormatException">The name or the address is not one.</exception>
    public sealed record Slack(string ChannelName, Uri Url) : NoticeChannel(ChannelName, Url);
}

public enum NoticePhase
{
    Opened,
    Closed,
}

/// <summary>How notices are sent.</summary>
public sealed record NoticeOptions
{
    /// <summary>The CloudEvents source: which Nines speaks.</summary>
    public string Source { get; init; } = "/nines";

    /// <summary>How often the journal is looked at.</summary>
    /// <value>1 s; at least 1 ms.</value>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time one attempt may take.</summary>
    /// <value>10 s; above zero.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts before a notice is recorded as failed.</summary>
    /// <value>12 (about half an hour); 1 to 100.</value>
    public int Attempts { get; init; } = 12;

    /// <summary>Wait after the first failed attempt; it doubles from there.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two attempts.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An outage that was over for longer than this before anybody could be told is history, not news. Open ones always are news.</summary>
    /// <value>24 h.</value>
    public TimeSpan NewsFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long to wait before attempt <paramref name="failed"/> + 1.</summary>
    /// <param name="failed">Attempts that failed; at least 1.</param>
    /// <param name="jitter">0 to 1: spreads waits over the upper half, so that many senders do not come back at once.</param>
    public TimeSpan WaitAfter(int failed, double jitter)
    {
        var doubled = FirstWait.TotalMilliseconds * Math.Pow(2, Math.Min(failed - 1, 40));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, LongestWait.TotalMilliseconds) * (0.5 + jitter / 2));
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LookEvery, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Attempts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Attempts, 100);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FirstWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestWait, FirstWait);
    }
}
