using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Orders;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

public enum FixNumbering
{
    /// <summary>Numbers go on over connections and restarts.</summary>
    Kept,
    /// <summary>By the venue's rules each Logon begins at 1 on both sides.</summary>
    EachLogon,
}

public enum FixStatusSource
{
    /// <summary>Not asked for.</summary>
    None,
    /// <summary>TradingSessionStatus (35=h), of the venue.</summary>
    Session,
    /// <summary>SecurityStatus (35=f), of one market.</summary>
    Security,
}

public sealed record FixOptions
{
    [MainOption, Required, Description("The venue's acceptor: host:port.")]
    public required string Target { get; init; }

    [Required, Description("SenderCompID (49): Nines' own. {vantage_point} in it is the name of the vantage point.")]
    public required string SenderCompId { get; init; }

    [Required, Description("TargetCompID (56): the venue's.")]
    public required string TargetCompId { get; init; }

    [Description("Must be true: says that nobody else logs on with this SenderCompID. A second Logon can end a trader's session.")]
    public bool CompIdIsDedicated { get; init; }

    [Description("Secure the connection with TLS and check the certificate.")]
    public bool Tls { get; init; } = true;

    [Description("Name that the certificate must be for, when it is not the host's.")]
    public string? ServerName { get; init; }

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [DurationRange("1s", "5m"), Description("HeartBtInt (108), in whole seconds.")]
    public Duration Heartbeat { get; init; } = Duration.FromSeconds(30);

    [Secret, Description("Username (553) of the Logon.")]
    public string? Username { get; init; }

    [Secret, Description("Password (554) of the Logon.")]
    public string? Password { get; init; }

    [Secret, Description("Further fields of the Logon, tag: value, such as \"8013\": S. Not 141, which is never sent.")]
    public ImmutableSortedDictionary<string, string> LogonFields { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Sign the Logon into RawData (96).")]
    public FixSignature? Sign { get; init; }

    [Description("kept: numbers go on over connections, as FIX has it. each_logon: by the venue's rules each Logon begins at 1.")]
    public FixNumbering Numbers { get; init; }

    [Description("When the venue begins its numbers anew each day, such as \"17:00\", where it does.")]
    public LocalTime? NumbersBeginAt { get; init; }

    [Description("Zone of numbers_begin_at, such as America/New_York.")]
    public string Zone { get; init; } = "UTC";

    [DurationRange("1s", "10m"), Description("Time between two attempts to log on, while they fail.")]
    public Duration LogonEvery { get; init; } = Duration.FromSeconds(5);

    [Description("Ask for the trading status: none, session (TradingSessionStatus) or security (SecurityStatus of symbol).")]
    public FixStatusSource Status { get; init; }

    [Description("The market, as the venue writes it (55): for status: security and for orders.")]
    public string? Symbol { get; init; }

    [Description("TradingSessionID (336), where the venue wants one.")]
    public string? TradingSession { get; init; }

    [Description("What the venue's values of 340 or 326 mean, beyond those of FIX 4.4: \"100\": cancel_only.")]
    public ImmutableSortedDictionary<string, TradingStatus> Words { get; init; } = ImmutableSortedDictionary<string, TradingStatus>.Empty;

    [Description("Send real orders that are taken back at once. Never without this block.")]
    public FixOrderTerms? Orders { get; init; }
}

/// <summary>How a Logon is signed: HMAC-SHA256, as base64, in RawData (96) with its length (95).</summary>
public sealed record FixSignature
{
    [Required, Secret, Description("The key.")]
    public required string Key { get; init; }

    [Description("The key is given as base64.")]
    public bool KeyIsBase64 { get; init; } = true;

    [Description("Tags whose values are signed, joined by SOH.")]
    public ImmutableArray<int> Over { get; init; } = [FixTag.SendingTime, FixTag.MsgType, FixTag.MsgSeqNum, FixTag.SenderCompId, FixTag.TargetCompId, FixTag.Password];
}

public enum FixTimeInForce
{
    /// <summary>Good till cancelled: rests in the book until we take it back.</summary>
    Gtc,
    /// <summary>Immediate or cancel: the venue takes it back itself.</summary>
    Ioc,
}

public sealed record FixOrderTerms : OrderTerms
{
    [Required, Description("Price of the order: far from the market, inside lowest and highest.")]
    public required decimal Price { get; init; }

    [Description("gtc, or ioc where the venue offers it.")]
    public FixTimeInForce TimeInForce { get; init; }

    [Description("Where the market's price is read before each order; distance then holds. Must be given unless post_only.")]
    public MarketPrice? Market { get; init; }

    [Description("Account (1) of the orders.")]
    public string? Account { get; init; }

    [Description("Further fields of the order, tag: value.")]
    public ImmutableSortedDictionary<string, string> Fields { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Where a market's price is read over HTTP.</summary>
public sealed record MarketPrice
{
    [Required, Description("An http or https URL.")]
    public required Uri Url { get; init; }

    [Required, Description("JSON path of the price, such as $.bids[0][0].")]
    public required string At { get; init; }
}
