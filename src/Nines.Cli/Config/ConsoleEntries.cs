using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using Nines.Core;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Who may look at the console and use the API.</summary>
public sealed record ConsoleEntry
{
    [Description("As people reach it, such as https://nines.example.com. With https cookies are kept to it. Default: the address in listen.")]
    public Uri? Url { get; init; }

    [Description("What somebody may who is not logged in: none, or viewer (look at everything).")]
    public Role Anonymous { get; init; }

    [Description("More names that it goes by, beside localhost, IP addresses and the host of url.")]
    public ImmutableArray<string> Hosts { get; init; } = [];

    [Description("Addresses or networks of your own proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed: 127.0.0.1, 10.0.0.0/8.")]
    public ImmutableArray<ProxyNetwork> Proxies { get; init; } = [];

    [Description("How long a browser stays logged in.")]
    public ConsoleSessionsEntry Sessions { get; init; } = new();

    [Description("An identity provider whose bearer tokens (JWT) are taken.")]
    public ConsoleJwtEntry? Jwt { get; init; }

    [Description("Where each role may have a probe look by hand.")]
    public ConsoleLookEntry Look { get; init; } = new();
}

/// <summary>How long a browser stays logged in.</summary>
public sealed record ConsoleSessionsEntry
{
    [Description("Without anybody opening a page or sending a form; what a page that is left open fetches does not count.")]
    [DurationRange("1m", "30d")]
    public Duration Idle { get; init; } = Duration.FromHours(12);

    [Description("At most, used or not.")]
    [DurationRange("1m", "90d")]
    public Duration Longest { get; init; } = Duration.FromDays(7);
}

/// <summary>An identity provider whose bearer tokens are taken: RS256, PS256 or ES256.</summary>
public sealed record ConsoleJwtEntry
{
    [Description("What iss is.")]
    public required string Issuer { get; init; }

    [Description("What aud is or holds.")]
    public required string Audience { get; init; }

    [Description("Its JWK set: an https URL.")]
    public Uri? Keys { get; init; }

    [Description("Its JWK set as a file, read again each minute.")]
    [FilePath]
    public string? KeysPath { get; init; }

    [Description("The claim with the handle; one that people cannot choose themselves.")]
    public string Handle { get; init; } = "preferred_username";

    [Description("Where that claim holds addresses: the domain whose addresses are taken, without it.")]
    public string? HandleDomain { get; init; }

    [Description("The claim with the role: a text, a list, or texts with spaces between.")]
    public string Role { get; init; } = "roles";

    [Description("What a value of that claim comes to: viewer, responder or admin. The highest counts.")]
    public ImmutableSortedDictionary<string, Role> Roles { get; init; } = ImmutableSortedDictionary<string, Role>.Empty;

    [Description("What somebody is whose claim comes to none: none (refused) to admin.")]
    public Role Otherwise { get; init; }
}

/// <summary>Where each role may have a probe look by hand. The address that is really connected to counts.</summary>
public sealed record ConsoleLookEntry
{
    [Description("nowhere, public (hosts on the internet), private (private networks and this machine too), or any.")]
    public LookReach Viewer { get; init; } = LookReach.Public;

    [Description("As viewer.")]
    public LookReach Responder { get; init; } = LookReach.Private;

    [Description("As viewer.")]
    public LookReach Admin { get; init; } = LookReach.Any;

    [Description("Whether any means metadata services (169.254.169.254 and the like) and link-local addresses too.")]
    public bool Metadata { get; init; }
}

/// <summary>A network, or one address.</summary>
[Description("Write an IP address or a network such as 10.0.0.0/8.")]
public sealed record ProxyNetwork(IPNetwork Network)
{
    public static bool TryParse(string text, out ProxyNetwork network)
    {
        network = new ProxyNetwork(default(IPNetwork));
        if (IPAddress.TryParse(text, out var address)) network = new ProxyNetwork(new IPNetwork(address, address.GetAddressBytes().Length * 8));
        else if (IPNetwork.TryParse(text, out var several)) network = new ProxyNetwork(several);
        else return false;
        return true;
    }

    public override string ToString() => Network.ToString();
}
