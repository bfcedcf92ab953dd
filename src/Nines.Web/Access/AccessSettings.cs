using System.Collections.Immutable;
using System.Net;
using Nines.Core.Network;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>What the config says of who may come in: its key <c>console</c>.</summary>
public sealed record AccessSettings
{
    /// <summary>As people reach the console; null when only the address that is listened on is known. With https cookies are kept to it.</summary>
    public Uri? Url { get; init; }

    /// <summary>What somebody may who is not logged in: <see cref="Role.None"/> or <see cref="Role.Viewer"/>.</summary>
    public Role Anonymous { get; init; } = Role.None;

    /// <summary>More names that the console goes by, beside loopback, IP addresses and the host of <see cref="Url"/>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Proxies of our own, whose word on where a request came from, and by TLS or not, is taken.</summary>
    public ImmutableArray<IPNetwork> Proxies { get; init; } = [];

    /// <summary>A session ends when nobody opened a page or sent a form for so long.</summary>
    public Duration SessionIdle { get; init; } = Duration.FromHours(12);

    /// <summary>A session ends so long after its log-in, used or not.</summary>
    public Duration SessionLongest { get; init; } = Duration.FromDays(7);

    /// <summary>The identity provider whose tokens are taken; null for none.</summary>
    public JwtSettings? Jwt { get; init; }

    /// <summary>Where a probe may be pointed at by hand.</summary>
    public LookSettings Look { get; init; } = new();

    public bool IsHttps => Url?.Scheme == Uri.UriSchemeHttps;
}

/// <summary>An identity provider whose bearer tokens are taken (RFC 7519, RFC 8725).</summary>
/// <param name="Issuer">What <c>iss</c> has to be.</param>
/// <param name="Audience">What <c>aud</c> has to hold.</param>
/// <param name="Keys">Where its JWK set is: https, or a file.</param>
public sealed record JwtSettings(string Issuer, string Audience, Uri Keys)
{
    /// <summary>The claim with the handle. Choose one that people cannot choose themselves.</summary>
    public string HandleClaim { get; init; } = "preferred_username";

    /// <summary>Where the claim holds addresses: those of this domain are taken, by what stands before the @. Null takes no addresses, which are not to go on record.</summary>
    public string? HandleDomain { get; init; }

    /// <summary>The claim with the role: a text, a list of texts, or texts with spaces between.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>What a value of the claim comes to; the highest counts.</summary>
    public ImmutableSortedDictionary<string, Role> Roles { get; init; } = ImmutableSortedDictionary<string, Role>.Empty;

    /// <summary>Of one whose claim comes to none.</summary>
    public Role Otherwise { get; init; } = Role.None;

    public bool Equals(JwtSettings? other) => other is not null && Issuer == other.Issuer && Audience == other.Audience && Keys == other.Keys && HandleClaim == other.HandleClaim && HandleDomain == other.HandleDomain
        && RoleClaim == other.RoleClaim && Otherwise == other.Otherwise && Roles.SequenceEqual(other.Roles);

    public override int GetHashCode() => HashCode.Combine(Issuer, Audience, Keys);
}

/// <summary>Which addresses somebody may have a probe look at.</summary>
public enum LookReach
{
    /// <summary>None.</summary>
    Nowhere,

    /// <summary>Hosts on the internet.</summary>
    Public,

    /// <summary>Private networks and this machine too.</summary>
    Private,

    /// <summary>Everything but metadata services and link-local addresses.</summary>
    Any,
}

/// <summary>Who may have a probe look where.</summary>
public sealed record LookSettings
{
    public LookReach Viewer { get; init; } = LookReach.Public;
    public LookReach Responder { get; init; } = LookReach.Private;
    public LookReach Admin { get; init; } = LookReach.Any;

    /// <summary>Metadata services and link-local addresses too, for whom <see cref="LookReach.Any"/> holds.</summary>
    public bool Metadata { get; init; }

    /// <summary>The rule for the address that is really connected to.</summary>
    public AddressRule RuleFor(Role role) => new(
        (role switch { Role.None => LookReach.Nowhere, Role.Viewer => Viewer, Role.Responder => Responder, Role.Admin => Admin }) switch
        {
            LookReach.Nowhere => [],
            LookReach.Public => [AddressKind.Public],
            LookReach.Private => [AddressKind.Public, AddressKind.Private, AddressKind.Carrier, AddressKind.Loopback],
            LookReach.Any => [.. Enum.GetValues<AddressKind>().Where(kind => Metadata || kind is not (AddressKind.Metadata or AddressKind.LinkLocal))],
        },
        []);
}
